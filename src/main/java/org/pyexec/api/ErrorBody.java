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
 * @param success false in answers of {@code /execute}, else absent
 * @param requestId the id under which the log knows this request
 */
@JsonPropertyOrder({"error", "message", "success", "requestId", "timestamp"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ErrorBody(
        String error,
        @Nullable String message,
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
        return new ErrorBody(error, message, null, requestId, Json.time(now));
    }

    /** An error whose whole body the API's specification gives, as nothing but these words. */
    public static ErrorBody bare(String error) {
        return new ErrorBody(error, null, null, null, null);
    }

    /** The same with {@code success: false}. */
    public ErrorBody failed() {
        return new ErrorBody(error, message, Boolean.FALSE, requestId, timestamp);
    }
}
