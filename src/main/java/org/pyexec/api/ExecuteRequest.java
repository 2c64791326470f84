package org.pyexec.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pyexec.files.FileStore;
import org.pyexec.sandbox.Inputs;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.Program;

/** The body of {@code POST /execute}, checked field by field; turns itself into a {@link Program}. */
public record ExecuteRequest(
        String code,
        Duration timeout,
        boolean allowNetwork,
        Inputs inputs,
        Limits limits,
        boolean result,
        Optional<String> session,
        List<String> notes) {

    private static final Set<String> FIELDS =
            Set.of("code", "timeout", "allow_network", "stdin", "args", "env", "files", "limits", "result", "session");
    private static final double DEFAULT_TIMEOUT_SECONDS = 30;
    private static final double MAX_TIMEOUT_SECONDS = 60;
    private static final double FEWEST_MILLISECONDS = 1000; // clients that mean these give no less
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * Reads a request.
     *
     * @param files where tokens are looked up
     * @throws BadRequest with a sentence that says what is wrong with it
     */
    public static ExecuteRequest read(ObjectMapper json, InputStream body, FileStore files) throws IOException {
        JsonNode root = parse(json, body, FIELDS);
        if (!root.isObject()) {
            throw new BadRequest("Invalid request", "The body must be a JSON object with the field 'code'.");
        }
        ExecuteRequest request = new ExecuteRequest(
                code(root.path("code")),
                timeout(root.path("timeout")),
                flag(root, "allow_network"),
                InputFields.read(root, files),
                LimitFields.read(root),
                flag(root, "result"),
                session(root.path("session")),
                notes(root.path("timeout")));
        request.checkLimits();
        return request;
    }

    private void checkLimits() {
        if (session.isPresent()
                && (limits.memoryMb().isPresent() || limits.processes().isPresent())) {
            throw new BadRequest(
                    "Invalid limits",
                    "The limits 'memory_mb' and 'processes' of a session are given when it is opened.");
        }
    }

    /** What is to be run; in a session, whether there is a network is a matter of that, and results are always wanted. */
    public Program program() {
        return session.isPresent()
                ? new Program(code, timeout, false, inputs, limits, true)
                : new Program(code, timeout, allowNetwork, inputs, limits, result);
    }

    static JsonNode parse(ObjectMapper json, InputStream body, Set<String> fields) throws IOException {
        try {
            return RequestJson.read(json, body, fields);
        } catch (StreamConstraintsException e) {
            throw new BadRequest(
                    "Invalid JSON",
                    "The body is nested too deeply, has too many values, or a name, number or string in it is too long.");
        } catch (JsonProcessingException | CharConversionException e) {
            if (isNotUtf8(e)) {
                throw new BadRequest(
                        "Invalid JSON",
                        "The body is not UTF-8%s: JSON is sent in UTF-8 (RFC 8259, section 8.1).".formatted(place(e)));
            }
            throw new BadRequest("Invalid JSON", "The body is not well-formed JSON" + place(e) + ".");
        }
    }

    /** Jackson has no exception of its own for it; ReaderBase and UTF8StreamJsonParser begin their words so. */
    private static boolean isNotUtf8(IOException failure) {
        return failure instanceof CharConversionException
                || String.valueOf(failure.getMessage()).startsWith("Invalid UTF-8");
    }

    private static String place(IOException failure) {
        if (failure instanceof JsonProcessingException e && e.getLocation() != null) {
            return " (line %d, column %d)"
                    .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
        }
        return "";
    }

    private static String code(JsonNode code) {
        if (!code.isTextual() || code.textValue().isEmpty()) {
            throw new NoCode();
        }
        String text = code.textValue();
        if (!Inputs.isText(text)) {
            throw new BadRequest("Invalid code", "The field 'code' has a surrogate without its other half.");
        }
        return text;
    }

    private static Duration timeout(JsonNode timeout) {
        if (timeout.isMissingNode()) {
            return seconds(DEFAULT_TIMEOUT_SECONDS);
        }
        if (!timeout.isNumber() || !(timeout.doubleValue() > 0)) {
            throw new BadRequest("Invalid timeout", "The field 'timeout' must be a number of seconds above zero.");
        }
        return seconds(Math.min(timeout.doubleValue(), MAX_TIMEOUT_SECONDS));
    }

    private static List<String> notes(JsonNode timeout) {
        if (timeout.isMissingNode() || timeout.doubleValue() <= MAX_TIMEOUT_SECONDS) {
            return List.of();
        }
        String doubt = timeout.doubleValue() > FEWEST_MILLISECONDS ? " Is it in milliseconds?" : "";
        return List.of("The timeout of %s seconds was taken as %.0f, which is the longest.%s"
                .formatted(timeout.asText(), MAX_TIMEOUT_SECONDS, doubt));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.max(1, Math.round(seconds * NANOS_PER_SECOND)));
    }

    private static Optional<String> session(JsonNode session) {
        if (session.isMissingNode()) {
            return Optional.empty();
        }
        if (!session.isTextual() || session.textValue().isEmpty()) {
            throw new BadRequest("Invalid session", "The field 'session' must be the id of a session.");
        }
        return Optional.of(session.textValue());
    }

    static boolean flag(JsonNode root, String name) {
        JsonNode flag = root.path(name);
        if (flag.isMissingNode()) {
            return false;
        }
        if (!flag.isBoolean()) {
            throw new BadRequest("Invalid " + name, "The field '%s' must be true or false.".formatted(name));
        }
        return flag.booleanValue();
    }

    /** A request without a program in it. */
    public static final class NoCode extends BadRequest {

        NoCode() {
            super("No valid code provided", "The field 'code' must be a string with a program in it.");
        }
    }
}
