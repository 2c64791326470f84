package org.pyexec.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.pyexec.api.Endpoints;
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

    record Root(String message, String status, Map<String, String> endpoints) {}

    @GET
    public Response root(@Context HttpHeaders headers) {
        Response response = Accepts.preferHtml(headers.getHeaderString(HttpHeaders.ACCEPT))
                ? assets.page()
                : answers.json(200, new Root("Python Code Executor Server is running!", "healthy", Endpoints.OF_ROOT));
        return Response.fromResponse(response)
                .header(HttpHeaders.VARY, Answers.VARY_BY_ACCEPT)
                .build();
    }
}
