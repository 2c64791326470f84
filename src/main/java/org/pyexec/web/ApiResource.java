package org.pyexec.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.pyexec.api.Endpoints;

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

    record Api(
            String name, String version, String status, Map<String, String> endpoints, long uptime, String timestamp) {}

    @GET
    public Response api() {
        return answers.json(
                200,
                new Api(
                        "Python Code Executor API",
                        version,
                        "running",
                        Endpoints.OF_API,
                        uptime.seconds(),
                        answers.now()));
    }
}
