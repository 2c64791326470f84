package org.pyexec.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pyexec.sessions.SessionExpiredException;

/**
 * One request's refusal: a row of {@link Refusals} with its sentence.
 *
 * @param error what kind of error, a few words
 * @param message one sentence; null where the API's specification gives no more than the few words
 * @param retrySeconds value of {@code Retry-After}; {@link #NEVER} if there is none
 * @param ended the session that has ended, if that is the reason
 */
public record Refused(
        int status,
        String error,
        @Nullable String message,
        int retrySeconds,
        @Nullable SessionExpiredException ended) {

    /** No {@code Retry-After}. */
    static final int NEVER = 0;

    /** A request that cannot be understood. */
    public static Refused of(BadRequest bad) {
        return bad instanceof ExecuteRequest.NoCode
                ? Refusals.NO_CODE.with()
                : new Refused(400, bad.error(), String.valueOf(bad.getMessage()), NEVER, null);
    }

    /** A session that has ended; its answer has the session's id and the reason too. */
    public static Refused of(SessionExpiredException ended) {
        Refused row = Refusals.SESSION_EXPIRED.with();
        return new Refused(row.status, row.error, row.message, row.retrySeconds, ended);
    }

    /** The same with another status, where a server has chosen it. */
    public Refused withStatus(int other) {
        return new Refused(other, error, message, retrySeconds, ended);
    }

    /** The JSON that says so. */
    public ErrorBody body(String requestId, Instant now) {
        if (message == null) {
            return ErrorBody.bare(error);
        }
        ErrorBody body = ErrorBody.of(error, message, requestId, now);
        return ended == null ? body : body.ofSession(ended.sessionId(), String.valueOf(ended.getMessage()));
    }
}
