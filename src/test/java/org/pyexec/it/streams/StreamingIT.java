package org.pyexec.it.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** {@code POST /execute} with {@code Accept: text/event-stream}. */
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class StreamingIT {

    private final Http http;

    StreamingIT(Http http) {
        this.http = http;
    }

    private EventReader stream(Object... fields) {
        HttpResponse<InputStream> response = http.stream(Json.object(fields), "Accept", "text/event-stream");
        assertThat(response.statusCode()).isEqualTo(200);
        return new EventReader(response.body());
    }

    private static String text(List<EventReader.Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(EventReader.Event::text)
                .collect(Collectors.joining());
    }

    @Test
    void firstLineArrivesWhileTheProgramSleeps() throws Exception {
        HttpResponse<InputStream> response = http.stream(
                Json.object("code", "import time\nprint('first')\ntime.sleep(20)", "timeout", 30),
                "Accept",
                "text/event-stream",
                "X-Request-ID",
                "stream-1");
        assertThat(response.headers().firstValue("Content-Type").orElse("").replace(" ", ""))
                .isEqualToIgnoringCase("text/event-stream;charset=UTF-8");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("X-Request-ID")).contains("stream-1");
        try (EventReader events = new EventReader(response.body())) {
            EventReader.Event first = events.next();
            assertThat(first).isEqualTo(new EventReader.Event("stdout", "{\"text\":\"first\\n\"}"));
            assertThat(running()).isPositive(); // it sleeps
        }
    }

    private int running() {
        return http.get("/health").json().at("/executions/running").intValue();
    }

    @Test
    void doneIsThePlainAnswer() throws Exception {
        String code = "import sys\nprint('é')\nprint('oops', file=sys.stderr)\nopen('a.txt', 'w').write('A')";
        JsonNode plain = Shapes.success(http.execute(code));
        try (EventReader events = stream("code", code)) {
            List<EventReader.Event> all = events.rest();
            EventReader.Event done = all.get(all.size() - 1);
            assertThat(done.name()).isEqualTo("done");
            assertThat(Json.fields(done.json())).isEqualTo(Json.fields(plain));
            assertThat(Json.fields(done.json().path("run"))).isEqualTo(Json.fields(plain.path("run")));
            assertThat(done.json().path("output")).isEqualTo(plain.path("output"));
            assertThat(done.json().at("/run/stderr")).isEqualTo(plain.at("/run/stderr"));
            String url = done.json().at("/generatedFiles/0/downloadUrl").textValue();
            assertThat(http.get(url).text()).isEqualTo("A");
            assertThat(text(all, "stdout")).isEqualTo("é\n");
            assertThat(text(all, "stderr")).isEqualTo("oops\n");
            assertThat(events.isAtEnd()).isTrue();
        }
    }

    @Test
    void programWithoutOutputHasItsAnswerAlone() throws Exception {
        try (EventReader events = stream("code", "pass")) {
            List<EventReader.Event> all = events.rest();
            assertThat(all).hasSize(1);
            assertThat(all.get(0).json().path("output").textValue())
                    .isEqualTo("Code executed successfully (no output)");
        }
    }

    @Test
    void failureComesAsTheLastEvent() throws Exception {
        try (EventReader events = stream("code", "print(1)\n1 / 0")) {
            List<EventReader.Event> all = events.rest();
            JsonNode done = all.get(all.size() - 1).json();
            assertThat(done.path("success").booleanValue()).isFalse();
            assertThat(done.path("details").textValue()).contains("ZeroDivisionError");
            assertThat(text(all, "stderr")).contains("ZeroDivisionError");
        }
        try (EventReader events = stream("code", "print(1)\nwhile True: pass", "timeout", 0.5)) {
            List<EventReader.Event> all = events.rest();
            assertThat(text(all, "stdout")).isEqualTo("1\n");
            assertThat(all.get(all.size() - 1).json().at("/run/reason").textValue())
                    .isEqualTo("timeout");
        }
    }

    @Test
    void whatIsRefusedIsNoStream() {
        String[] accept = {"Content-Type", "application/json", "Accept", "text/event-stream"};
        Answer empty = http.send("POST", "/execute", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), accept);
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.json().path("error").textValue()).isEqualTo("No valid code provided");
        Answer typed = http.send(
                "POST", "/execute", new byte[] {'1'}, "Content-Type", "text/plain", "Accept", "text/event-stream");
        assertThat(typed.status()).isEqualTo(415);
    }

    @Test
    void clientThatLikesJsonBetterGetsThat() {
        Answer answer = http.send(
                "POST",
                "/execute",
                Json.object("code", "print(1)").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "Content-Type",
                "application/json",
                "Accept",
                "application/json, text/event-stream;q=0.5");
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("1\n");
    }

    @Test
    void charactersAreNeverCutAndBytesThatAreNotUtf8AreReplaced() throws Exception {
        String code = """
                import os, time
                for byte in "é日😀".encode() * 5 + b"\\xff":
                    os.write(1, bytes([byte]))
                    time.sleep(0.002)
                """;
        try (EventReader events = stream("code", code)) {
            List<EventReader.Event> all = events.rest();
            assertThat(text(all, "stdout")).isEqualTo("é日😀".repeat(5) + "\ufffd");
            assertThat(all.get(all.size() - 1).json().path("output").textValue())
                    .isEqualTo(text(all, "stdout"));
        }
    }

    @Test
    void manyLinesAllArriveInTheirOrder() throws Exception {
        try (EventReader events = stream("code", "for i in range(100_000): print(i)")) {
            assertThat(text(events.rest(), "stdout"))
                    .isEqualTo(
                            IntStream.range(0, 100_000).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        }
    }

    @Test
    void heartbeatsComeEverySecondInWhichTheProgramIsSilent() throws Exception {
        try (EventReader events = stream("code", "import time\nprint(1)\ntime.sleep(6)")) {
            assertThat(events.next().name()).isEqualTo("stdout");
            int heartbeats = 0;
            while (events.any().name().equals(":")) {
                heartbeats++;
            }
            assertThat(heartbeats).isGreaterThan(3); // one in two seconds would be three
        }
    }

    @Test
    void manyStreamsAtOnceAndOneAfterTheOtherMixNothingUp() throws Exception {
        List<CompletableFuture<Void>> clients = IntStream.range(0, 6)
                .mapToObj(client -> CompletableFuture.runAsync(() -> {
                    for (int round = 0; round < 15; round++) {
                        expectEcho(client + " " + round);
                    }
                }))
                .toList();
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
    }

    private void expectEcho(String word) {
        try (EventReader events = stream("code", "print('%s')".formatted(word))) {
            List<EventReader.Event> all = events.rest();
            assertThat(text(all, "stdout")).isEqualTo(word + "\n");
            assertThat(all.get(all.size() - 1).json().path("output").textValue())
                    .isEqualTo(word + "\n");
            assertThat(events.isAtEnd()).isTrue();
            assertThat(Shapes.success(http.execute("print('plain %s')".formatted(word)))
                            .path("output")
                            .textValue())
                    .isEqualTo("plain " + word + "\n");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
