package org.pyexec.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer about a session that has ended.
 *
 * @param reason one sentence that says why
 * @param success false in answers of {@code /execute}, else absent
 */
@JsonPropertyOrder({"error", "message", "sessionId", "reason", "success", "requestId", "timestamp"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExpiredSession(
        String error,
        String message,
        String sessionId,
        String reason,
        @Nullable Boolean success,
        String requestId,
        String timestamp) {

    public static ExpiredSession of(String id, String reason, String requestId, String now) {
        String message = "What was in this session is gone; open a new one with POST /sessions.";
        return new ExpiredSession("Session has expired", message, id, reason, null, requestId, now);
    }

    /** The same with {@code success: false}. */
    public ExpiredSession failed() {
        return new ExpiredSession(error, message, sessionId, reason, Boolean.FALSE, requestId, timestamp);
    }
}
