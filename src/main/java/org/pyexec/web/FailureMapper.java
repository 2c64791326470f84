package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestId;

/**
 * The last mapper. What the API's routes refuse (no such route, method or content type) becomes its JSON error; what
 * nobody caught is ours: it is logged with the request's id, and the client learns no more than that id.
 */
public class FailureMapper implements ExceptionMapper<Throwable> {

    private final Answers answers;
    private final InternalErrors errors;

    @Context
    private HttpServletRequest request;

    public FailureMapper(Answers answers, InternalErrors errors) {
        this.answers = answers;
        this.errors = errors;
    }

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException refused
                && refused.getResponse().getStatus() < 500) {
            return refusal(refused.getResponse());
        }
        if (failure instanceof StoreUnreachableException) {
            return answers.storeUnreachable(RequestId.of(request));
        }
        return answer(500, errors.of(failure, RequestId.of(request)));
    }

    private Response refusal(Response refused) {
        int status = refused.getStatus();
        String route = request.getMethod() + " " + Paths.of(request);
        ErrorBody error = switch (status) {
            case 404 -> answers.error(request, "Not found", "Route %s not found".formatted(route));
            case 405 ->
                answers.error(
                        request,
                        "Method not allowed",
                        "Route %s not found; this path takes %s"
                                .formatted(route, refused.getHeaderString(HttpHeaders.ALLOW)));
            case 406 -> answers.error(request, "Not acceptable", "This path answers with application/json only.");
            case 415 -> answers.error(request, "Unsupported media type", "Send the body as application/json.");
            default -> answers.error(request, "Bad request", "The request is malformed.");
        };
        Response answer = answer(status, error);
        String allow = refused.getHeaderString(HttpHeaders.ALLOW);
        return allow == null
                ? answer
                : Response.fromResponse(answer).header(HttpHeaders.ALLOW, allow).build();
    }

    private Response answer(int status, ErrorBody error) {
        boolean execute = Paths.of(request).equals("/execute");
        return answers.error(request, status, execute ? error.failed() : error);
    }
}
