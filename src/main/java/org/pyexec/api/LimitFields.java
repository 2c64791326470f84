package org.pyexec.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalInt;
import org.pyexec.sandbox.Limits;

/** The field {@code limits} of a request. */
final class LimitFields {

    private LimitFields() {}

    /**
     * Reads it; what is absent is the server's. As with the time-out, what is above that means that.
     *
     * @throws BadRequest with a sentence that says what is wrong with one
     */
    static Limits read(JsonNode root) {
        JsonNode limits = root.path("limits");
        if (!limits.isMissingNode() && !limits.isObject()) {
            throw new BadRequest("Invalid limits", "The field 'limits' must be an object.");
        }
        return new Limits(whole(limits, "memory_mb"), whole(limits, "processes"), whole(limits, "output_bytes"));
    }

    private static OptionalInt whole(JsonNode limits, String name) {
        JsonNode limit = limits.path(name);
        if (limit.isMissingNode()) {
            return OptionalInt.empty();
        }
        if (!limit.isNumber() || !(limit.doubleValue() >= 1) || limit.doubleValue() % 1 != 0) {
            throw new BadRequest("Invalid limits", "The limit '%s' must be a whole number above zero.".formatted(name));
        }
        return OptionalInt.of((int) Math.min(limit.doubleValue(), Integer.MAX_VALUE));
    }
}
