package org.pyexec.api;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Outcome;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TooManyException;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sessions.SessionExpiredException;

/** Turns what came of a program into an answer, and writes its line to the log. Safe for use by many threads. */
public final class ExecuteResponses {

    private static final Logger LOG = System.getLogger(ExecuteResponses.class.getName());

    private final Answers answers;
    private final InternalErrors errors;
    private final int failedStatus;

    /**
     * @param failedStatus status of an answer about a program that failed
     */
    public ExecuteResponses(Answers answers, InternalErrors errors, int failedStatus) {
        this.answers = answers;
        this.errors = errors;
        this.failedStatus = failedStatus;
    }

    /** The answer when it is there, whatever becomes of the program. */
    public CompletableFuture<Answer> to(Execution execution, AnswerTerms terms, String requestId) {
        return execution
                .outcome()
                .thenApply(outcome -> of(outcome, terms, requestId))
                .exceptionally(failure -> of(failure, requestId))
                .toCompletableFuture();
    }

    /** The request cannot be understood. */
    public Answer badRequest(BadRequest why, String requestId) {
        return answers.failure(Refused.of(why), requestId);
    }

    /** There is no memory to read the request. */
    public Answer busy(NoRoomException why, String requestId) {
        return logged(Refusal.BUSY, Refusals.SERVER_BUSY.because(why), requestId);
    }

    /** The application server has no thread for the answer. */
    public Answer noThread(RejectedExecutionException why, String requestId) {
        LOG.log(Level.DEBUG, "The application server has no thread", why);
        return logged(Refusal.BUSY, Refusals.NO_THREAD.with(), requestId);
    }

    /** There are too many event streams. */
    public Answer tooManyStreams(TooManyException why, String requestId) {
        Refusals row = why.ofThisClient() ? Refusals.TOO_MANY_STREAMS_OF_CLIENT : Refusals.TOO_MANY_STREAMS;
        return answers.failure(row.because(why), requestId);
    }

    private Answer of(Outcome outcome, AnswerTerms terms, String requestId) {
        boolean successful = outcome.report().termination().successful();
        int status = successful ? 200 : terms.failedStatus().orElse(failedStatus);
        log(outcome, status, requestId);
        Answer answer = answers.json(status, ExecuteResponse.of(outcome, terms.notes()));
        return terms.failedStatus().isEmpty()
                ? answer
                : answer.with(
                        "Preference-Applied", "status=" + terms.failedStatus().getAsInt());
    }

    private static void log(Outcome outcome, int status, String requestId) {
        LOG.log(
                Level.INFO,
                "request_id={0} event=execute status={1} reason={2} ms={3}",
                requestId,
                Integer.toString(status),
                outcome.report().termination().reason().word(),
                Long.toString(outcome.report().duration().toMillis()));
    }

    private Answer of(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RefusedException refused
                ? logged(refused.refusal(), refusal(refused), requestId)
                : answers.failure(errors.of(cause, requestId), requestId);
    }

    private Answer logged(Refusal reason, Refused refused, String requestId) {
        LOG.log(
                reason == Refusal.ABANDONED ? Level.INFO : Level.WARNING,
                "request_id={0} event=refused reason={1} message=\"{2}\"",
                requestId,
                reason,
                refused.ended() == null ? refused.message() : refused.ended().getMessage());
        return answers.failure(refused, requestId);
    }

    private static Refused refusal(RefusedException refused) {
        if (refused instanceof SessionExpiredException ended) {
            return Refused.of(ended);
        }
        Refusals row = switch (refused.refusal()) {
            case BUSY -> Refusals.SERVER_BUSY;
            case SANDBOX_UNAVAILABLE -> Refusals.SANDBOX_UNAVAILABLE;
            case ABANDONED -> Refusals.ABANDONED;
            case UNKNOWN_SESSION -> Refusals.UNKNOWN_SESSION;
            case SESSION_ENDED -> Refusals.SESSION_EXPIRED;
            case SESSION_WITHOUT_NETWORK -> Refusals.SESSION_WITHOUT_NETWORK;
            case INPUT_GONE -> Refusals.INPUT_GONE;
            case STORE_UNREACHABLE -> Refusals.STORAGE_UNREACHABLE;
            case NETWORK_UNAVAILABLE -> Refusals.NETWORK_UNAVAILABLE;
        };
        return row.because(refused);
    }
}
