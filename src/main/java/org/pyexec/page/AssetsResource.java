package org.pyexec.page;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import org.pyexec.http.Preconditions;

/** {@code GET /assets/…}: style, scripts and pictures of the page. */
@Path("/assets/{name: .+}")
public class AssetsResource {

    private final Assets assets;

    public AssetsResource(Assets assets) {
        this.assets = assets;
    }

    @GET
    public Response asset(@PathParam("name") String name, @Context Request request) {
        Assets.Asset asset = assets.find(name).orElseThrow(NotFoundException::new);
        ResponseBuilder unchanged = Preconditions.unmet(request, asset.tag());
        return (unchanged != null ? unchanged : asset.response())
                .tag(asset.tag())
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }
}
