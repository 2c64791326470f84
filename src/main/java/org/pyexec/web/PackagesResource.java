package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.pyexec.execution.Executions;
import org.pyexec.sandbox.Packages;

/** {@code GET /packages}: what programs can import besides the standard library. */
@Path("/packages")
public class PackagesResource {

    private static final int RETRY_SECONDS = 2;
    private static final String ENVIRONMENT = "default"; // there is no other yet

    private final Executions executions;
    private final Answers answers;

    public PackagesResource(Executions executions, Answers answers) {
        this.executions = executions;
        this.answers = answers;
    }

    record Listed(String python, String environment, List<Packages.Installed> packages) {}

    @GET
    public Response packages(@Context HttpServletRequest request) {
        return executions
                .packages()
                .map(known -> answers.json(200, new Listed(known.python(), ENVIRONMENT, known.packages())))
                .orElseGet(() -> notYet(request));
    }

    private Response notYet(HttpServletRequest request) {
        String message = "It is being found out what programs can import; try again in a moment.";
        return Response.fromResponse(answers.json(503, answers.error(request, "Not known yet", message)))
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }
}
