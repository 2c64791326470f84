package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** {@code /sessions}: their life cycle, and the state that programs of a session share. */
class SessionsIT extends SessionTestBase {

    SessionsIT(Http http) {
        super(http);
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

    @Test
    void idleTimeIsAsLongAsWishedAndNoLongerThanTheServers() {
        for (double[] wishedAndKept : new double[][] {{0.5, 0.5}, {60, 60}, {1e9, 600}}) {
            Answer answer = http.send(
                    "POST",
                    "/sessions",
                    "{\"idle_seconds\": %s}".formatted(wishedAndKept[0]).getBytes(StandardCharsets.UTF_8));
            opened(answer);
            Duration kept = Duration.between(
                    Shapes.time(answer.json().path("created")),
                    Shapes.time(answer.json().path("expires")));
            assertThat(kept.toMillis() / 1000.0).isEqualTo(wishedAndKept[1]);
        }
    }

    @Test
    void sessionOfShortIdleTimeEndsAfterIt() {
        Answer answer = http.send("POST", "/sessions", "{\"idle_seconds\": 0.2}".getBytes(StandardCharsets.UTF_8));
        String id = opened(answer);
        await().atMost(60, SECONDS).until(() -> http.get("/sessions/" + id).status() == 410);
        assertExpired(http.get("/sessions/" + id), id, "Nothing has run in it for 0.2 seconds");
    }

    // --- what is asked for

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"limits\": {\"memory_mb\": 100}}", "{\"allow_network\": false, \"unknown\": 1}"})
    void bodyIsOptional(String body) {
        opened(http.send(
                "POST", "/sessions", body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "null",
                "{\"allow_network\": 1}",
                "{\"limits\": {\"memory_mb\": 0}}",
                "{\"idle_seconds\": 0}",
                "{\"idle_seconds\": -1}",
                "{\"idle_seconds\": \"60\"}"
            })
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
}
