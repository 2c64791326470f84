package org.pyexec.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.pyexec.api.Answers;
import org.pyexec.api.ServerInfo;

/** {@code GET /api}: name, version and endpoints. */
@Path("/api")
public class ApiResource {

    private final Answers answers;
    private final Uptime uptime;
    private final String version;

    public ApiResource(Answers answers, Uptime uptime, String version) {
        this.answers = answers;
        this.uptime = uptime;
        this.version = version;
    }

    @GET
    public Response api() {
        return Responses.of(ServerInfo.api(version, uptime.seconds(), answers));
    }
}
