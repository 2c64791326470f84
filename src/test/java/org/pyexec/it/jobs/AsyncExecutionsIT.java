package org.pyexec.it.jobs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** {@code Prefer: respond-async} and {@code /executions/{id}}. */
@NeedsServer
class AsyncExecutionsIT {

    private static final String LONG = "import time\nopen('a.txt', 'w').write('A')\nprint('begun')\ntime.sleep(50)";

    private final Http http;

    AsyncExecutionsIT(Http http) {
        this.http = http;
    }

    private Answer submit(String code, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json", "Prefer", "respond-async"));
        all.addAll(List.of(headers));
        byte[] body = Json.object("code", code, "timeout", 60).getBytes(StandardCharsets.UTF_8);
        return http.send("POST", "/execute", body, all.toArray(String[]::new));
    }

    /** The path of an accepted execution. */
    private String accepted(String code, String... headers) {
        Answer answer = submit(code, headers);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
        return answer.required("Location");
    }

    private JsonNode state(String path) {
        Answer answer = http.get(path);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(Json.fields(answer.json())).containsExactly("id", "status", "answer");
        return answer.json();
    }

    private JsonNode finished(String path) {
        await().atMost(60, SECONDS)
                .until(() -> state(path).path("status").textValue().equals("finished"));
        return state(path).path("answer");
    }

    @Test
    void acceptedExecutionHasAnAddressAndItsAnswerIsThePlainOne() {
        Answer answer = submit("print(6 * 7)");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(Json.fields(answer.json())).containsExactly("id", "status");
        String id = answer.json().path("id").textValue();
        assertThat(answer.required("Location")).isEqualTo("/executions/" + id);
        assertThat(answer.required("Preference-Applied")).isEqualTo("respond-async");
        assertThat(answer.json().path("status").textValue()).isIn("queued", "running", "finished");

        JsonNode finished = finished("/executions/" + id);
        JsonNode plain = Shapes.success(http.execute("print(6 * 7)"));
        assertThat(Json.fields(finished)).isEqualTo(Json.fields(plain));
        assertThat(finished.path("output").textValue()).isEqualTo("42\n");
        assertThat(finished("/executions/" + id)).isEqualTo(finished);
    }

    @Test
    void runningExecutionHasNoAnswerYetAndCancelEndsItWithWhatThereIs() throws Exception {
        String path = accepted(LONG);
        try (EventReader events = stream(path)) {
            assertThat(events.next().text()).isEqualTo("begun\n");
        }
        JsonNode running = state(path); // whoever watched it has gone, and it runs on
        assertThat(running.path("status").textValue()).isEqualTo("running");
        assertThat(running.path("answer").isNull()).isTrue();

        Answer cancelled = http.send("DELETE", path, new byte[0]);
        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("status").textValue()).isEqualTo("finished");
        JsonNode answer = cancelled.json().path("answer");
        assertThat(answer.at("/run/reason").textValue()).isEqualTo("cancelled");
        assertThat(answer.path("success").booleanValue()).isFalse();
        assertThat(answer.path("output").textValue()).isEqualTo("begun\n");
        String url = answer.at("/generatedFiles/0/downloadUrl").textValue();
        assertThat(http.get(url).text()).isEqualTo("A");
        assertThat(http.send("DELETE", path, new byte[0]).json()).isEqualTo(cancelled.json());
    }

    /** A stream without a body would end with the program. */
    @Test
    void headIsAnsweredAtOnce() {
        String path = accepted(LONG);
        Answer head = http.head(path, "Accept", "text/event-stream");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.required("Content-Type")).startsWith("application/json");
        assertThat(state(path).path("status").textValue()).isNotEqualTo("finished");
        assertThat(http.send("DELETE", path, new byte[0]).status()).isEqualTo(200);
    }

    @Test
    void cancelAfterTheEndChangesNothing() {
        String path = accepted("print(1)");
        JsonNode answer = finished(path);
        assertThat(http.send("DELETE", path, new byte[0]).json().path("answer")).isEqualTo(answer);
    }

    private EventReader stream(String path, String... headers) {
        List<String> all = new ArrayList<>(List.of("Accept", "text/event-stream"));
        all.addAll(List.of(headers));
        return new EventReader(http.open(path, all.toArray(String[]::new)).body());
    }

    private static String text(List<EventReader.Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(EventReader.Event::text)
                .collect(Collectors.joining());
    }

    @Test
    void streamReplaysFromTheBeginningAsOftenAsOneLikes() throws Exception {
        String path = accepted("import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('more')");
        finished(path);
        for (int time = 0; time < 2; time++) {
            try (EventReader events = stream(path)) {
                List<EventReader.Event> all = events.rest();
                assertThat(text(all, "stdout")).isEqualTo("out\nmore\n");
                assertThat(text(all, "stderr")).isEqualTo("err\n");
                assertThat(all.get(all.size() - 1).json()).isEqualTo(state(path).path("answer"));
            }
        }
    }

    @Test
    void streamGoesOnBehindTheLastEventThatTheClientHasHad() throws Exception {
        String path = accepted("print('out')\nprint('more')");
        finished(path);
        try (EventReader events = stream(path, "Last-Event-ID", "4")) {
            assertThat(text(events.rest(), "stdout")).isEqualTo("more\n");
        }
        try (EventReader events = stream(path, "Last-Event-ID", "999999")) {
            assertThat(events.next().name()).isEqualTo("done");
        }
    }

    @Test
    void streamFollowsTheRunningProgram() throws Exception {
        String path = accepted(LONG);
        try (EventReader first = stream(path);
                EventReader second = stream(path)) {
            assertThat(first.next().text()).isEqualTo("begun\n");
            assertThat(second.next().text()).isEqualTo("begun\n");
            http.send("DELETE", path, new byte[0]);
            assertThat(first.next().json().at("/run/reason").textValue()).isEqualTo("cancelled");
            assertThat(second.next().name()).isEqualTo("done");
        }
    }

    @Test
    void sameKeyMakesARetrySafe() {
        String key = UUID.randomUUID().toString();
        String first = accepted("print(1)", "Idempotency-Key", key);
        assertThat(accepted("print(1)", "Idempotency-Key", key)).isEqualTo(first);
        assertThat(accepted("print(1)", "Idempotency-Key", key + "2")).isNotEqualTo(first);
        Answer reused = submit("print(2)", "Idempotency-Key", key);
        assertThat(reused.status()).isEqualTo(422);
        assertThat(reused.json().path("message").textValue()).contains("another body");
    }

    @Test
    void malformedKeyIsRefused() {
        for (String key : List.of("with space", "k".repeat(256))) {
            Answer answer = submit("print(1)", "Idempotency-Key", key);
            assertThat(answer.status()).isEqualTo(400);
        }
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        Answer answer = submit("");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").textValue()).isEqualTo("No valid code provided");
    }

    @Test
    void failedProgramIsFinishedToo() {
        JsonNode answer = finished(accepted("1 / 0"));
        assertThat(answer.path("success").booleanValue()).isFalse();
        assertThat(answer.path("details").textValue()).contains("ZeroDivisionError");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    void unknownIdIs404(String method) {
        Answer answer = http.send(method, "/executions/" + UUID.randomUUID(), new byte[0]);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().path("error").textValue()).isEqualTo("Not found");
        assertThat(answer.json().path("message").textValue()).contains("no execution");
    }

    @Test
    void otherMethodsAreNotAllowed() {
        Answer answer = http.send("PUT", "/executions/" + UUID.randomUUID(), new byte[] {'1'});
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.required("Allow")).contains("GET").contains("DELETE");
    }
}
