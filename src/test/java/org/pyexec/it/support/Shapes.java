package org.pyexec.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/** Assertions about the shape that all answers of one kind have in common. */
public final class Shapes {

    public static final String DOWNLOAD_URL = "/download/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    public static final String BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private Shapes() {}

    /** ISO 8601 UTC with milliseconds. */
    public static Instant time(JsonNode node) {
        assertThat(node.isTextual()).as("%s is text", node).isTrue();
        assertThat(node.textValue()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        return Instant.parse(node.textValue());
    }

    /** A JSON error with a sentence that says what is wrong; it reveals no internals. */
    public static ObjectNode error(Answer answer, int status) {
        assertThat(answer.status()).as("status of %s", answer).isEqualTo(status);
        ObjectNode json = answer.json();
        assertThat(json.path("error").isTextual()).as("error in %s", answer).isTrue();
        assertThat(json.path("error").textValue()).isNotBlank();
        noInside(answer);
        return json;
    }

    /** An error of a general kind: it names the request and the time. */
    public static ObjectNode generalError(Answer answer, int status) {
        ObjectNode json = error(answer, status);
        assertThat(json.path("requestId").asText()).isEqualTo(answer.required("X-Request-ID"));
        time(json.path("timestamp"));
        return json;
    }

    /** An error of {@code POST /execute} that no program caused. */
    public static ObjectNode executeError(Answer answer, int status) {
        ObjectNode json = error(answer, status);
        assertThat(json.path("success").isBoolean()).as("success in %s", answer).isTrue();
        assertThat(json.path("success").booleanValue()).isFalse();
        return json;
    }

    /** An error about a malformed request. */
    public static void clientError(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isIn(400, 415);
        error(answer, answer.status());
    }

    /** An answer which is exactly {@code {"error": …}}. */
    public static void onlyError(Answer answer, int status, String error) {
        ObjectNode json = error(answer, status);
        assertThat(Json.fields(json)).containsExactly("error");
        assertThat(json.path("error").textValue()).isEqualTo(error);
    }

    /** A run that succeeded; returns the whole answer. */
    public static ObjectNode success(Answer answer) {
        assertThat(answer.status()).as("status of %s", answer).isEqualTo(200);
        ObjectNode json = answer.json();
        assertThat(json.path("success").isBoolean()).isTrue();
        assertThat(json.path("success").booleanValue())
                .as("success of %s", answer)
                .isTrue();
        assertThat(json.at("/run/reason").asText()).isEqualTo("completed");
        return json;
    }

    /** A program that failed for this reason; returns the whole answer. */
    public static ObjectNode failure(Answer answer, String reason) {
        assertThat(answer.status()).as("status of %s", answer).isEqualTo(500);
        ObjectNode json = answer.json();
        assertThat(Json.fields(json))
                .containsExactlyInAnyOrder(
                        "error", "details", "success", "timestamp", "executionTime", "output", "generatedFiles", "run");
        assertThat(json.path("error").textValue()).isEqualTo("Error executing Python code");
        assertThat(json.path("details").isTextual()).isTrue();
        assertThat(json.path("details").textValue()).isNotBlank();
        assertThat(json.path("success")).isEqualTo(json.booleanNode(false));
        assertThat(time(json.path("timestamp"))).isEqualTo(time(json.path("executionTime")));
        assertThat(json.at("/run/reason").asText()).as("reason of %s", answer).isEqualTo(reason);
        return json;
    }

    /** No stack trace, no page of a container. */
    public static void noInside(Answer answer) {
        String text = answer.text();
        assertThat(text).doesNotContain("\tat ", "Exception:", "java.lang.", "jakarta.", "org.glassfish", "org.pyexec");
        assertThat(text).doesNotContainIgnoringCase("payara", "glassfish", "wildfly", "tomcat", "openliberty");
    }

    /** The members of a list in {@code details} or elsewhere, as one text to search. */
    public static String sentence(ObjectNode error) {
        return String.join(
                " ",
                List.of(
                        error.path("error").asText(),
                        error.path("message").asText(),
                        error.path("details").asText()));
    }
}
