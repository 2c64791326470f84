package org.pyexec.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /sessions}, and programs that run in one. */
@ExtendWith(SharedServer.class)
class SessionsIT {

    private static final String SLEEP = "import time\nprint('here')\ntime.sleep(50)";

    private final Http http;
    private final List<String> opened = new ArrayList<>();

    SessionsIT(Http http) {
        this.http = http;
    }

    @AfterEach
    void deleteSessions() {
        opened.forEach(id -> http.send("DELETE", "/sessions/" + id, new byte[0]));
    }

    private String open() {
        return opened(http.send("POST", "/sessions", new byte[0]));
    }

    private String opened(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        String id = answer.json().path("sessionId").textValue();
        opened.add(id);
        return id;
    }

    private Answer run(String session, String code) {
        return http.post(Json.object("code", code, "session", session, "timeout", 60));
    }

    private CompletableFuture<Answer> runLater(String session, String code) {
        return http.postLater(Json.object("code", code, "session", session, "timeout", 60));
    }

    private static String result(Answer answer) {
        return Shapes.success(answer).at("/run/result/text~1plain").asText();
    }

    private JsonNode state(String session) {
        Answer answer = http.get("/sessions/" + session);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    private void awaitRunning(String session) {
        await().atMost(30, SECONDS)
                .until(() -> state(session).path("status").textValue().equals("running"));
    }

    private static void assertExpired(Answer answer, String session, String reason) {
        ObjectNode json = Shapes.error(answer, 410);
        assertThat(json.path("error").textValue()).isEqualTo("Session has expired");
        assertThat(json.path("sessionId").textValue()).isEqualTo(session);
        assertThat(json.path("reason").textValue()).isEqualTo(reason);
    }

    // --- its life

    @Test
    void sessionHasAnAddressAndAState() {
        Answer answer = http.send("POST", "/sessions", new byte[0]);
        String id = opened(answer);
        assertThat(answer.required("Location")).isEqualTo("/sessions/" + id);
        assertThat(id).matches("[A-Za-z0-9_-]{30,}");
        JsonNode state = state(id);
        assertThat(Json.fields(state)).isEqualTo(Json.fields(answer.json()));
        assertThat(Json.fields(state))
                .containsExactly("sessionId", "status", "waiting", "created", "expires", "allowNetwork");
        assertThat(state.path("status").textValue()).isEqualTo("idle");
        Instant expires = Shapes.time(state.path("expires"));
        assertThat(expires).isAfter(Shapes.time(state.path("created")).plusSeconds(500));
    }

    @Test
    void programsShareVariablesImportsFunctionsAndFiles() {
        String id = open();
        ObjectNode first = Shapes.success(
                run(id, "import math\nx = 20\ndef half(n): return n // 2\nopen('a.txt', 'w').write('A')"));
        assertThat(Json.texts(first.path("generatedFiles"), "filename")).containsExactly("a.txt");
        assertThat(first.at("/run/session").textValue()).isEqualTo("open");
        ObjectNode second = Shapes.success(run(id, "print(open('a.txt').read())\nhalf(x) + math.floor(0.5)"));
        assertThat(second.path("output").textValue()).isEqualTo("A\n");
        assertThat(second.at("/run/result")).hasToString("{\"text/plain\":\"10\"}");
        assertThat(second.path("generatedFiles")).isEmpty();
        assertThat(Shapes.success(run(id, "y = 1")).at("/run/result").isNull()).isTrue();
        assertThat(result(run(id, "import pandas as pd\npd.DataFrame({'a': [x]})")))
                .contains("20");
    }

    @Test
    void otherSessionsAndPlainExecutionsShareNothing() {
        String one = open();
        String other = open();
        Shapes.success(run(one, "x = 1\nopen('a.txt', 'w').write('A')"));
        Shapes.failure(run(other, "x"), "error");
        assertThat(result(run(other, "import os\nos.listdir()"))).isEqualTo("[]");
        ObjectNode plain = Shapes.failure(http.execute("x"), "error");
        assertThat(plain.path("run").has("session")).isFalse();
        assertThat(plain.path("run").has("result")).isFalse();
    }

    @Test
    void inputsAreThoseOfTheRun() {
        String id = open();
        String hosted = http.hosted("in.txt", "hosted".getBytes(StandardCharsets.UTF_8));
        String token = hosted.substring(hosted.lastIndexOf('/') + 1);
        String body = """
                {"code": "import sys\\nprint(sys.argv[1:], input(), open('d/in.txt').read())", "session": "%s",
                 "stdin": "line\\n", "args": ["a"], "files": [{"filename": "d/in.txt", "token": "%s"}]}
                """;
        ObjectNode answer = Shapes.success(http.post(body.formatted(id, token)));
        assertThat(answer.path("output").textValue()).isEqualTo("['a'] line hosted\n");
        assertThat(answer.path("generatedFiles")).isEmpty();
        assertThat(result(run(id, "sys.argv[1:], sys.stdin.read(), open('d/in.txt').read()")))
                .isEqualTo("([], '', 'hosted')");
    }

    @Test
    void deletedSessionIsGoneAndSaysSo() {
        String id = open();
        Shapes.success(run(id, "x = 1"));
        Answer deleted = http.send("DELETE", "/sessions/" + id, new byte[0]);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().path("status").textValue()).isEqualTo("ended");
        for (Answer answer : List.of(
                http.get("/sessions/" + id),
                http.send("DELETE", "/sessions/" + id, new byte[0]),
                http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]),
                run(id, "x"))) {
            assertExpired(answer, id, "It was deleted");
        }
        assertThat(run(id, "x").json().path("success").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "import os; os._exit(3), Program exited with status 3",
        "import os; os.abort(), Program was ended by signal SIGABRT"
    })
    void sessionThatAProgramEndedSaysWhy(String code, String reason) {
        String id = open();
        ObjectNode last = run(id, code).json();
        assertThat(last.at("/run/session").textValue()).isEqualTo("ended");
        assertThat(last.path("details").textValue()).isEqualTo(reason);
        assertExpired(run(id, "1"), id, reason);
        assertExpired(http.get("/sessions/" + id), id, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%2e%2e", "a%00b"})
    void unknownIdIs404(String id) {
        assertThat(http.get("/sessions/" + id).status()).isIn(400, 404);
        assertThat(http.send("DELETE", "/sessions/" + id, new byte[0]).status()).isIn(400, 404);
        assertThat(http.send("POST", "/sessions/" + id + "/interrupt", new byte[0])
                        .status())
                .isIn(400, 404);
        ObjectNode refused = Shapes.executeError(run(id, "1"), 404);
        assertThat(refused.path("message").textValue()).isEqualTo("There is no session of this id.");
    }

    // --- what is asked for

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"limits\": {\"memory_mb\": 100}}", "{\"allow_network\": false, \"unknown\": 1}"})
    void bodyIsOptional(String body) {
        opened(http.send(
                "POST", "/sessions", body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{", "null", "{\"allow_network\": 1}", "{\"limits\": {\"memory_mb\": 0}}"})
    void badBodyIsRefusedWithASentence(String body) {
        Answer answer = http.send(
                "POST", "/sessions", body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
        assertThat(Shapes.generalError(answer, 400).path("message").textValue()).isNotBlank();
    }

    @Test
    void otherContentIsNotSupported() {
        Answer answer = http.send("POST", "/sessions", new byte[] {'x'}, "Content-Type", "text/plain");
        Shapes.generalError(answer, 415);
    }

    @Test
    void limitsOfTheSessionHold() {
        String body = "{\"limits\": {\"memory_mb\": 100}}";
        String id = opened(http.send(
                "POST", "/sessions", body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json"));
        ObjectNode failed = Shapes.failure(run(id, "x = bytearray(200 << 20)"), "memory");
        assertThat(failed.path("details").textValue()).startsWith("Memory limit of 100 MB exceeded");
        assertThat(result(run(id, "1"))).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"session\": 1",
                "\"session\": null",
                "\"session\": \"\"",
                "\"session\": \"ID\", \"limits\": {\"memory_mb\": 10}",
                "\"session\": \"ID\", \"limits\": {\"processes\": 10}",
                "\"session\": \"ID\", \"allow_network\": true"
            })
    void whatDoesNotGoWithASessionIsRefused(String fields) {
        String id = open();
        Shapes.executeError(http.post("{\"code\": \"1\", " + fields.replace("ID", id) + "}"), 400);
        assertThat(result(run(id, "1"))).isEqualTo("1");
    }

    // --- one at a time, in order

    @Test
    void twoClientsAtOnceTakeTurns() {
        String id = open();
        CompletableFuture<Answer> first = runLater(id, "import time\norder = [1]\ntime.sleep(1)\norder.append(2)");
        awaitRunning(id);
        List<CompletableFuture<Answer>> others = new ArrayList<>();
        for (int number = 3; number < 8; number++) {
            int waiting = number - 2;
            others.add(runLater(id, "order.append(%d)".formatted(number)));
            await().atMost(30, SECONDS)
                    .until(() -> first.isDone() || state(id).path("waiting").intValue() >= waiting);
        }
        Shapes.success(first.join());
        others.forEach(other -> Shapes.success(other.join()));
        assertThat(result(run(id, "sorted(order) == [1, 2, 3, 4, 5, 6, 7], order[:2]")))
                .isEqualTo("(True, [1, 2])");
    }

    @Test
    void interruptStopsTheProgramAndTheSessionGoesOn() {
        String id = open();
        Shapes.success(run(id, "x = 1"));
        Answer idle = http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        assertThat(idle.json()).hasToString("{\"sessionId\":\"%s\",\"interrupted\":false}".formatted(id));
        CompletableFuture<Answer> running = runLater(id, SLEEP);
        awaitRunning(id);
        Answer told = http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        assertThat(told.json().path("interrupted").booleanValue()).isTrue();
        ObjectNode interrupted = Shapes.failure(running.join(), "interrupted");
        assertThat(interrupted.path("details").textValue())
                .startsWith("Execution was interrupted")
                .endsWith("KeyboardInterrupt");
        assertThat(result(run(id, "x"))).isEqualTo("1");
    }

    @Test
    void timeOutStopsTheProgramAndTheSessionGoesOn() {
        String id = open();
        ObjectNode late = Shapes.failure(
                http.post(Json.object("code", "x = 1\nwhile True: pass", "session", id, "timeout", 0.5)), "timeout");
        assertThat(late.path("details").textValue()).startsWith("Execution timed out after 0.5 seconds");
        assertThat(result(run(id, "x"))).isEqualTo("1");
        ObjectNode stubborn = Shapes.failure(
                http.post(Json.object("code", "sum(range(10 ** 12))", "session", id, "timeout", 0.5)), "timeout");
        assertThat(stubborn.at("/run/session").textValue()).isEqualTo("ended");
        assertExpired(run(id, "x"), id, stubborn.path("details").textValue());
    }

    @Test
    void deleteInTheMiddleOfAProgramTellsWhoeverWaits() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, "open('a.txt', 'w').write('A')\n" + SLEEP);
        awaitRunning(id);
        CompletableFuture<Answer> waiting = runLater(id, "1");
        await().atMost(30, SECONDS).until(() -> state(id).path("waiting").intValue() == 1);
        assertThat(http.send("DELETE", "/sessions/" + id, new byte[0]).status()).isEqualTo(200);
        ObjectNode cancelled = Shapes.failure(running.join(), "cancelled");
        assertThat(cancelled.at("/run/session").textValue()).isEqualTo("ended");
        assertExpired(waiting.join(), id, "It was deleted");
    }

    // --- streamed and asynchronous

    @Test
    void streamInASessionIsLive() throws Exception {
        String id = open();
        Shapes.success(run(id, "import threading\ngo = threading.Event()\nthreading.Timer(5, go.set).start()"));
        String body = Json.object("code", "print('first')\ngo.wait()\n8", "session", id, "timeout", 30);
        try (EventReader events =
                new EventReader(http.stream(body, "Accept", "text/event-stream").body())) {
            assertThat(events.next().text()).isEqualTo("first\n");
            assertThat(state(id).path("status").textValue()).isEqualTo("running");
            assertThat(events.next().json().at("/run/result/text~1plain").textValue())
                    .isEqualTo("8");
        }
    }

    @Test
    void readerWhoLeavesEndsTheRunAndNotTheSession() throws Exception {
        String id = open();
        Shapes.success(run(id, "x = 1"));
        String body = Json.object("code", SLEEP, "session", id, "timeout", 60);
        try (EventReader events =
                new EventReader(http.stream(body, "Accept", "text/event-stream").body())) {
            assertThat(events.next().text()).isEqualTo("here\n");
        }
        await().atMost(30, SECONDS)
                .until(() -> state(id).path("status").textValue().equals("idle"));
        assertThat(result(run(id, "x"))).isEqualTo("1");
    }

    @Test
    void asynchronousRunsInASessionCanBeCancelled() {
        String id = open();
        Answer first = later(id, "x = 2\n" + SLEEP);
        awaitRunning(id);
        Answer waits = cancel(later(id, "x = 3"));
        assertThat(waits.json().at("/answer/details").textValue()).isEqualTo("Execution was cancelled before it began");
        Answer ran = cancel(first);
        for (Answer cancelled : List.of(waits, ran)) {
            assertThat(cancelled.json().at("/answer/run/reason").textValue()).isEqualTo("cancelled");
            assertThat(cancelled.json().at("/answer/run/session").textValue()).isEqualTo("open");
            assertThat(cancelled.json().at("/answer/run/result").isNull()).isTrue();
            assertThat(cancelled.json().at("/answer/run/displays")).isEmpty();
        }
        assertThat(result(run(id, "x"))).isEqualTo("2");
    }

    private Answer later(String id, String code) {
        byte[] body = Json.object("code", code, "session", id, "timeout", 60).getBytes(StandardCharsets.UTF_8);
        Answer accepted =
                http.send("POST", "/execute", body, "Content-Type", "application/json", "Prefer", "respond-async");
        assertThat(accepted.status()).isEqualTo(202);
        return accepted;
    }

    private Answer cancel(Answer accepted) {
        return http.send("DELETE", accepted.required("Location"), new byte[0]);
    }
}
