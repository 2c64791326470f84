package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import org.pyexec.api.PackagesResponse;
import org.pyexec.api.Refusals;
import org.pyexec.execution.Executions;
import org.pyexec.http.RequestId;

/** {@code GET /packages}: what programs can import besides the standard library. */
@Path("/packages")
public class PackagesResource {

    private final Executions executions;
    private final Responses responses;

    public PackagesResource(Executions executions, Responses responses) {
        this.executions = executions;
        this.responses = responses;
    }

    @GET
    public Response packages(@Context HttpServletRequest request) {
        return executions
                .packages()
                .map(known -> responses.json(200, PackagesResponse.of(known)))
                .orElseGet(() -> responses.refusal(Refusals.PACKAGES_NOT_KNOWN.with(), RequestId.of(request)));
    }
}
