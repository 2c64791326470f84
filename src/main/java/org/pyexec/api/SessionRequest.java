package org.pyexec.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.pyexec.sandbox.SessionTerms;

/**
 * The body of {@code POST /sessions}, which need not be there.
 *
 * @param idle how long the session shall be kept while nothing runs in it; empty: as long as the server keeps one
 */
public record SessionRequest(SessionTerms terms, Optional<Duration> idle) {

    private static final Set<String> FIELDS = Set.of("allow_network", "idle_seconds", "limits");
    private static final double MOST_SECONDS = 24 * 3600; // more than any server keeps one
    private static final int MILLIS_PER_SECOND = 1000;

    /**
     * Reads it.
     *
     * @throws BadRequest with a sentence that says what is wrong with it
     */
    public static SessionRequest read(ObjectMapper json, InputStream body) throws IOException {
        byte[] bytes = body.readAllBytes();
        if (bytes.length == 0) {
            return of(json.createObjectNode());
        }
        JsonNode root = ExecuteRequest.parse(json, new ByteArrayInputStream(bytes), FIELDS);
        if (!root.isObject()) {
            throw new BadRequest("Invalid request", "The body, if there is one, must be a JSON object.");
        }
        return of(root);
    }

    private static SessionRequest of(JsonNode root) {
        return new SessionRequest(
                new SessionTerms(ExecuteRequest.flag(root, "allow_network"), LimitFields.read(root)),
                idle(root.path("idle_seconds")));
    }

    private static Optional<Duration> idle(JsonNode seconds) {
        if (seconds.isMissingNode()) {
            return Optional.empty();
        }
        if (!seconds.isNumber() || !(seconds.doubleValue() > 0)) {
            throw new BadRequest(
                    "Invalid idle_seconds", "The field 'idle_seconds' must be a number of seconds above zero.");
        }
        double millis = Math.min(seconds.doubleValue(), MOST_SECONDS) * MILLIS_PER_SECOND;
        return Optional.of(Duration.ofMillis(Math.max(1, Math.round(millis))));
    }
}
