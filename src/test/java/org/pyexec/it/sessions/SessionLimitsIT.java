package org.pyexec.it.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Limits of sessions, three in all and two for each client, and which client owns a session. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.OBSERVED)
public class SessionLimitsIT {

    private final Http http;
    private final List<String> ids = new ArrayList<>();

    SessionLimitsIT(Http http) {
        this.http = http;
    }

    @AfterEach
    void deleteSessions() {
        ids.forEach(id -> http.send("DELETE", "/sessions/" + id, new byte[0]));
    }

    private Answer open(String client) {
        Answer answer = http.send("POST", "/sessions", new byte[0], "X-Forwarded-For", client);
        if (answer.status() == 201) {
            ids.add(answer.json().path("sessionId").textValue());
        }
        return answer;
    }

    @Test
    void thousandSessionsAreNotGivenToAnybody() {
        for (int i = 0; i < 1000; i++) {
            Answer answer = open("203.0.113.1");
            if (answer.status() != 201) {
                assertThat(Shapes.generalError(answer, 429).path("error").textValue())
                        .isEqualTo("Too many sessions");
                assertThat(answer.required("Retry-After")).matches("[0-9]+");
            }
        }
        assertThat(ids).hasSize(2);

        assertThat(open("203.0.113.2").status()).isEqualTo(201);
        Answer full = open("203.0.113.3");
        Shapes.generalError(full, 503);
        assertThat(full.required("Retry-After")).matches("[0-9]+");

        http.send("DELETE", "/sessions/" + ids.get(0), new byte[0]);
        assertThat(open("203.0.113.3").status()).isEqualTo(201);
        // A session whose interpreter ends makes room, too.
        http.post(Json.object("code", "import os\nos._exit(0)", "session", ids.get(1)));
        assertThat(open("203.0.113.1").status()).isEqualTo(201);
    }

    @Test
    void clientSeesAndEndsItsOwnSessionsAndNoOthers() {
        String first = open("203.0.113.7").json().path("sessionId").textValue();
        String second = open("203.0.113.7").json().path("sessionId").textValue();
        String third = open("203.0.113.8").json().path("sessionId").textValue();
        JsonNode own = sessions("GET", "203.0.113.7");
        assertThat(Json.texts(own, "sessionId")).containsExactly(first, second);
        assertThat(own.get(0)).isEqualTo(http.get("/sessions/" + first).json());

        assertThat(Json.texts(sessions("DELETE", "203.0.113.7"), "sessionId")).containsExactly(first, second);
        assertThat(sessions("GET", "203.0.113.7")).isEmpty();
        assertThat(sessions("DELETE", "203.0.113.7")).isEmpty();
        assertThat(http.get("/sessions/" + second).json().path("reason").textValue())
                .isEqualTo("It was deleted");
        assertThat(Json.texts(sessions("GET", "203.0.113.8"), "sessionId")).containsExactly(third);
    }

    @Test
    void proxyThatIsTrustedSaysWhichPagesAreTheServersOwn() {
        String[] asForwarded = {
            "X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "python.example"
        };
        for (String origin : List.of(
                "https://python.example", "https://foreign.example", http.base().toString())) {
            List<String> headers = new ArrayList<>(List.of(asForwarded));
            headers.addAll(List.of("Origin", origin));
            Answer answer = http.send("DELETE", "/sessions", new byte[0], headers.toArray(String[]::new));
            assertThat(answer.status()).as(origin).isEqualTo(origin.equals("https://python.example") ? 200 : 403);
        }
    }

    private JsonNode sessions(String method, String client) {
        Answer answer = http.send(method, "/sessions", new byte[0], "X-Forwarded-For", client);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json().path("sessions");
    }
}
