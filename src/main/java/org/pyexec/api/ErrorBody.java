package org.pyexec.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of an error that is not the program's.
 *
 * @param error what kind of error, a few words
 * @param message one sentence that says what was wrong, and how to do better
 * @param sessionId the session that has ended, if this is about one
 * @param reason one sentence that says why that session has ended
 * @param success false in answers of {@code /execute}, else absent
 * @param requestId the id under which the log knows this request
 */
@JsonPropertyOrder({"error", "message", "sessionId", "reason", "success", "requestId", "timestamp"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ErrorBody(
        String error,
        @Nullable String message,
        @Nullable String sessionId,
        @Nullable String reason,
        @Nullable Boolean success,
        @Nullable String requestId,
        @Nullable String timestamp) {

    /** Longest message, in characters: what it repeats of a request may be longer, and is cut. */
    private static final int MAX_MESSAGE = 1000;

    public ErrorBody {
        if (message != null && message.length() > MAX_MESSAGE) {
            message = message.substring(0, message.offsetByCodePoints(0, MAX_MESSAGE / 2)) + "…";
        }
    }

    /** An error with all that is known about it. */
    public static ErrorBody of(String error, String message, String requestId, Instant now) {
        return new ErrorBody(error, message, null, null, null, requestId, Json.time(now));
    }

    /** An error whose whole body the API's specification gives, as nothing but these words. */
    public static ErrorBody bare(String error) {
        return new ErrorBody(error, null, null, null, null, null, null);
    }

    /** The same with {@code success: false}. */
    public ErrorBody failed() {
        return new ErrorBody(error, message, sessionId, reason, Boolean.FALSE, requestId, timestamp);
    }

    /** The same about a session that has ended. */
    ErrorBody ofSession(String id, String why) {
        return new ErrorBody(error, message, id, why, success, requestId, timestamp);
    }
}
