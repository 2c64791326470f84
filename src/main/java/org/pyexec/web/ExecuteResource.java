package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import org.pyexec.api.AnswerTerms;
import org.pyexec.api.BadRequest;
import org.pyexec.api.ExecuteRequest;
import org.pyexec.api.ExecuteResponses;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.files.FileStore;
import org.pyexec.http.Accepts;
import org.pyexec.http.Prefers;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.memory.NoRoomException;

/** {@code POST /execute}: runs a program and answers with what came of it, at its end or as it comes. */
@Path("/execute")
public class ExecuteResource {

    private final JsonRequests requests;
    private final FileStore files;
    private final Targets targets;
    private final Submissions submissions;
    private final ExecuteReplies replies;
    private final ExecuteResponses responses;

    /** Finds where a program is to run. */
    @FunctionalInterface
    public interface Targets {
        ExecutionTarget of(ExecuteRequest request);
    }

    /**
     * @param files where tokens of input files are looked up
     * @param submissions for programs whose answer the client does not wait for
     * @param replies for the others
     */
    public ExecuteResource(
            JsonRequests requests,
            FileStore files,
            Targets targets,
            Submissions submissions,
            ExecuteReplies replies,
            ExecuteResponses responses) {
        this.requests = requests;
        this.files = files;
        this.targets = targets;
        this.submissions = submissions;
        this.replies = replies;
        this.responses = responses;
    }

    @POST
    public void execute(@Context HttpServletRequest request, @Suspended AsyncResponse response) throws IOException {
        InputStream body = JsonBody.open(request);
        try {
            if (Prefers.respondAsync(request)) {
                submit(Submissions.fingerprinted(body), request, response);
            } else {
                reply(order(body, request), request, response);
            }
        } catch (NoRoomException e) {
            response.resume(Responses.of(responses.busy(e, RequestId.of(request))));
        } catch (BadRequest e) {
            response.resume(Responses.of(responses.badRequest(e, RequestId.of(request))));
        }
    }

    private void submit(DigestInputStream body, HttpServletRequest request, AsyncResponse response)
            throws IOException, NoRoomException {
        ExecuteOrder order = order(body, request);
        response.resume(Responses.of(
                submissions.submit(order, request.getHeader("Idempotency-Key"), body, request.getContextPath())));
    }

    private void reply(ExecuteOrder order, HttpServletRequest request, AsyncResponse response) {
        if (Accepts.preferEvents(request.getHeader(HttpHeaders.ACCEPT))) {
            replies.stream(order, request, response);
        } else {
            replies.send(order, request, response);
        }
    }

    private ExecuteOrder order(InputStream body, HttpServletRequest request) throws IOException, NoRoomException {
        ExecuteRequest wanted =
                requests.read(request, body, (mapper, content) -> ExecuteRequest.read(mapper, content, files));
        AnswerTerms terms = new AnswerTerms(Prefers.status(request, AnswerTerms.FAILED_STATUSES), wanted.notes());
        return new ExecuteOrder(
                wanted.program(), targets.of(wanted), terms, RequestClient.of(request), RequestId.of(request));
    }
}
