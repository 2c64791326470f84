package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Tests that open sessions on the shared server; the sessions end with each test. */
@NeedsServer
abstract class SessionTestBase {

    final Http http;
    private final List<String> opened = new ArrayList<>();

    SessionTestBase(Http http) {
        this.http = http;
    }

    @AfterEach
    void deleteSessions() {
        opened.forEach(id -> http.send("DELETE", "/sessions/" + id, new byte[0]));
    }

    String open() {
        return opened(http.send("POST", "/sessions", new byte[0]));
    }

    String opened(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        String id = answer.json().path("sessionId").textValue();
        opened.add(id);
        return id;
    }

    Answer run(String session, String code) {
        return http.post(Json.object("code", code, "session", session, "timeout", 60));
    }

    CompletableFuture<Answer> runLater(String session, String code) {
        return http.postLater(Json.object("code", code, "session", session, "timeout", 60));
    }

    static String result(Answer answer) {
        return Shapes.success(answer).at("/run/result/text~1plain").asText();
    }

    JsonNode state(String session) {
        Answer answer = http.get("/sessions/" + session);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    void awaitRunning(String session) {
        await().atMost(60, SECONDS)
                .until(() -> state(session).path("status").textValue().equals("running"));
    }

    static void assertExpired(Answer answer, String session, String reason) {
        ObjectNode json = Shapes.error(answer, 410);
        assertThat(json.path("error").textValue()).isEqualTo("Session has expired");
        assertThat(json.path("sessionId").textValue()).isEqualTo(session);
        assertThat(json.path("reason").textValue()).isEqualTo(reason);
    }
}
