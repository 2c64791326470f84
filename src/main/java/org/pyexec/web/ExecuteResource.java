package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Outcome;
import org.pyexec.execution.RefusedException;
import org.pyexec.files.FileStore;
import org.pyexec.http.Caller;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.RequestId;

/** {@code POST /execute}: runs a program and answers with what came of it. */
@Path("/execute")
public class ExecuteResource {

    private static final Logger LOG = System.getLogger(ExecuteResource.class.getName());
    private static final int BUSY_RETRY_SECONDS = 5;

    private final Executions executions;
    private final FileStore files;
    private final Answers answers;
    private final LateAnswers lateAnswers;
    private final int failedStatus;

    /**
     * @param files where tokens of input files are looked up
     * @param failedStatus status of an answer about a program that failed
     */
    public ExecuteResource(
            Executions executions, FileStore files, Answers answers, LateAnswers lateAnswers, int failedStatus) {
        this.executions = executions;
        this.files = files;
        this.answers = answers;
        this.lateAnswers = lateAnswers;
        this.failedStatus = failedStatus;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public void execute(InputStream body, @Context HttpServletRequest request, @Suspended AsyncResponse response)
            throws IOException {
        String requestId = RequestId.of(request);
        ExecuteRequest asked;
        try {
            asked = ExecuteRequest.read(answers.mapper(), body, files);
        } catch (ExecuteRequest.NoCode e) {
            response.resume(answers.json(400, ErrorBody.bare(e.error()).failed()));
            return;
        } catch (BadRequest e) {
            ErrorBody error = answers.error(request, e.error(), String.valueOf(e.getMessage()));
            response.resume(answers.json(400, error.failed()));
            return;
        }
        Execution execution = executions.run(asked.program(), Caller.of(request));
        lateAnswers.give(
                execution
                        .outcome()
                        .thenApply(outcome -> answer(outcome, requestId))
                        .exceptionally(failure -> refusal(failure, requestId)),
                execution.started(),
                request.getAsyncContext(),
                response);
    }

    private Response answer(Outcome outcome, String requestId) {
        int status = outcome.report().ending().successful() ? 200 : failedStatus;
        LOG.log(
                Level.INFO,
                "request_id={0} event=execute status={1} reason={2} ms={3}",
                requestId,
                Integer.toString(status),
                outcome.report().ending().reason().word(),
                Long.toString(outcome.report().duration().toMillis()));
        return answers.json(status, ExecuteResponse.of(outcome));
    }

    private Response refusal(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return refusal(refused, requestId);
        }
        throw new CompletionException(cause);
    }

    private Response refusal(RefusedException refused, String requestId) {
        LOG.log(
                Level.WARNING,
                "request_id={0} event=refused reason={1} message=\"{2}\"",
                requestId,
                refused.refusal(),
                refused.getMessage());
        String message = String.valueOf(refused.getMessage());
        return switch (refused.refusal()) {
            case BUSY -> unavailable("Server is busy", message, BUSY_RETRY_SECONDS, requestId);
            case SANDBOX_UNAVAILABLE -> unavailable("Sandbox is not available", message, BUSY_RETRY_SECONDS, requestId);
            case INPUT_GONE -> answers.json(400, error("Invalid files", message, requestId));
            case NETWORK_UNAVAILABLE -> answers.json(403, error("Network access is not available", message, requestId));
        };
    }

    private Response unavailable(String error, String message, int retrySeconds, String requestId) {
        return Response.fromResponse(answers.json(503, error(error, message, requestId)))
                .header("Retry-After", retrySeconds)
                .build();
    }

    private ErrorBody error(String error, String message, String requestId) {
        return ErrorBody.of(error, message, requestId, answers.clock().instant())
                .failed();
    }
}
