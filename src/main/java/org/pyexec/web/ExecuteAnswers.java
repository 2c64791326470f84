package org.pyexec.web;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.api.ErrorBody;
import org.pyexec.api.ExecuteResponse;
import org.pyexec.api.ExpiredSession;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Outcome;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TooManyException;
import org.pyexec.http.Prefers;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sessions.SessionExpiredException;

/** From what came of a program to the answer, with its line in the log. Safe for use by many threads. */
public final class ExecuteAnswers {

    private static final Logger LOG = System.getLogger(ExecuteAnswers.class.getName());
    private static final int BUSY_RETRY_SECONDS = 5;

    private final Answers answers;
    private final InternalErrors errors;
    private final int failedStatus;

    /**
     * @param failedStatus status of an answer about a program that failed
     */
    public ExecuteAnswers(Answers answers, InternalErrors errors, int failedStatus) {
        this.answers = answers;
        this.errors = errors;
        this.failedStatus = failedStatus;
    }

    /** The answer when it is there, whatever comes of the program; its entity is the bytes of the JSON. */
    CompletableFuture<Response> to(Execution execution, AnswerTerms terms, String requestId) {
        return execution
                .outcome()
                .thenApply(outcome -> of(outcome, terms, requestId))
                .exceptionally(failure -> of(failure, requestId))
                .toCompletableFuture();
    }

    /** When the application server has no thread to give an answer. */
    Response noThread(RejectedExecutionException why, String requestId) {
        String message = "The application server takes no more work at the moment.";
        return refusal(new RefusedException(Refusal.BUSY, message, why), requestId);
    }

    /** When there are too many who follow programs. */
    Response tooManyStreams(TooManyException why, String requestId) {
        ErrorBody body = error("Too many event streams", String.valueOf(why.getMessage()), requestId);
        return Response.fromResponse(answers.json(why.ofThisClient() ? 429 : 503, body))
                .header(HttpHeaders.RETRY_AFTER, BUSY_RETRY_SECONDS)
                .build();
    }

    /** When there is no memory for a request. */
    Response busy(NoRoomException why, String requestId) {
        return refusal(new RefusedException(Refusal.BUSY, String.valueOf(why.getMessage()), why), requestId);
    }

    private Response of(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RefusedException refused
                ? refusal(refused, requestId)
                : answers.json(500, errors.of(cause, requestId).failed());
    }

    private Response of(Outcome outcome, AnswerTerms terms, String requestId) {
        int status = outcome.report().termination().successful()
                ? 200
                : terms.failedStatus().orElse(failedStatus);
        LOG.log(
                Level.INFO,
                "request_id={0} event=execute status={1} reason={2} ms={3}",
                requestId,
                Integer.toString(status),
                outcome.report().termination().reason().word(),
                Long.toString(outcome.report().duration().toMillis()));
        Response answer = answers.json(status, ExecuteResponse.of(outcome, terms.notes()));
        return terms.failedStatus().isEmpty()
                ? answer
                : Response.fromResponse(answer)
                        .header(
                                "Preference-Applied",
                                Prefers.statusApplied(terms.failedStatus().getAsInt()))
                        .build();
    }

    private Response refusal(RefusedException refused, String requestId) {
        LOG.log(
                refused.refusal() == Refusal.ABANDONED ? Level.INFO : Level.WARNING,
                "request_id={0} event=refused reason={1} message=\"{2}\"",
                requestId,
                refused.refusal(),
                refused.getMessage());
        String message = String.valueOf(refused.getMessage());
        return switch (refused.refusal()) {
            case BUSY -> unavailable("Server is busy", message, requestId);
            case SANDBOX_UNAVAILABLE -> unavailable("Sandbox is not available", message, requestId);
            case ABANDONED -> unavailable("Execution was abandoned", message, requestId);
            case UNKNOWN_SESSION -> answers.json(404, error("Not found", message, requestId));
            case SESSION_ENDED -> expired(refused, requestId);
            case SESSION_WITHOUT_NETWORK -> answers.json(400, error("Invalid allow_network", message, requestId));
            case INPUT_GONE -> answers.json(400, error("Invalid files", message, requestId));
            case NETWORK_UNAVAILABLE -> answers.json(403, error("Network access is not available", message, requestId));
        };
    }

    private Response expired(RefusedException refused, String requestId) {
        String id = refused instanceof SessionExpiredException expired ? expired.sessionId() : "";
        ExpiredSession body = ExpiredSession.of(id, String.valueOf(refused.getMessage()), requestId, answers.now());
        return answers.json(410, body.failed());
    }

    private Response unavailable(String error, String message, String requestId) {
        return Response.fromResponse(answers.json(503, error(error, message, requestId)))
                .header("Retry-After", BUSY_RETRY_SECONDS)
                .build();
    }

    private ErrorBody error(String error, String message, String requestId) {
        return ErrorBody.of(error, message, requestId, answers.clock().instant())
                .failed();
    }
}
