package org.pyexec.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.pyexec.api.Answers;
import org.pyexec.api.ServerInfo;
import org.pyexec.http.Accepts;
import org.pyexec.page.Assets;

/** {@code GET /}: what this server is, in JSON; a browser gets the page. */
@Path("/")
public class RootResource {

    private final Answers answers;
    private final Assets assets;

    public RootResource(Answers answers, Assets assets) {
        this.answers = answers;
        this.assets = assets;
    }

    @GET
    public Response root(@Context HttpHeaders headers) {
        Response response = Accepts.preferHtml(headers.getHeaderString(HttpHeaders.ACCEPT))
                ? assets.page()
                : Responses.of(ServerInfo.root(answers));
        return Response.fromResponse(response)
                .header(HttpHeaders.VARY, Responses.VARY_BY_ACCEPT)
                .build();
    }
}
