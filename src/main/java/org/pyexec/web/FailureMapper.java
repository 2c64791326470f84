package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.InternalErrors;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestId;

/**
 * The last mapper. What the API's routes refuse (no such route, method or content type) becomes its JSON error; what
 * nobody caught is ours: it is logged with the request's id, and the client learns no more than that id.
 */
public class FailureMapper implements ExceptionMapper<Throwable> {

    private final Responses responses;
    private final InternalErrors errors;

    @Context
    private HttpServletRequest request;

    public FailureMapper(Responses responses, InternalErrors errors) {
        this.responses = responses;
        this.errors = errors;
    }

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException ofServer
                && ofServer.getResponse().getStatus() < 500) {
            return refusal(ofServer.getResponse());
        }
        Refused refused = failure instanceof StoreUnreachableException
                ? Refusals.STORAGE_UNREACHABLE.with()
                : errors.of(failure, RequestId.of(request));
        return responses.refusalOrPage(refused, request);
    }

    private Response refusal(Response refused) {
        String allow = refused.getHeaderString(HttpHeaders.ALLOW);
        Response answer = responses.refusalOrPage(refused(refused.getStatus(), allow), request);
        return allow == null
                ? answer
                : Response.fromResponse(answer).header(HttpHeaders.ALLOW, allow).build();
    }

    private Refused refused(int status, @Nullable String allow) {
        String route = request.getMethod() + " " + Paths.of(request);
        return switch (status) {
            case 404 -> Refusals.ROUTE_NOT_FOUND.with(route);
            case 405 -> Refusals.METHOD_NOT_ALLOWED.with(route, String.valueOf(allow));
            case 406 -> Refusals.NOT_ACCEPTABLE.with();
            case 415 -> Refusals.UNSUPPORTED_MEDIA_TYPE.with();
            default -> Refusals.MALFORMED_REQUEST.with().withStatus(status);
        };
    }
}
