package org.pyexec.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many sessions there are at once, how long, and what is known of them after a restart. */
@Tag("engine")
class SessionBoundsIT {

    private final Path storage = Server.temporaryFolder();

    @AfterEach
    void deleteStorage() {
        Server.deleteFolder(storage);
    }

    private Server start(String... settings) {
        Map<String, String> all = new java.util.HashMap<>(
                Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString(), "TRUSTED_PROXIES", "127.0.0.1"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return Server.start(all);
    }

    private static Answer open(Http http, String client) {
        return http.send("POST", "/sessions", new byte[0], "X-Forwarded-For", client);
    }

    private static Answer run(Http http, String id, String code) {
        return http.post(Json.object("code", code, "session", id));
    }

    @Test
    void thousandSessionsAreNotGivenToAnybody() {
        try (Server server = start("MAX_SESSIONS_PER_CLIENT", "2", "MAX_SESSIONS", "3")) {
            Http http = server.http();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Answer answer = open(http, "203.0.113.1");
                if (answer.status() == 201) {
                    ids.add(answer.json().path("sessionId").textValue());
                } else {
                    assertThat(Shapes.generalError(answer, 429).path("error").textValue())
                            .isEqualTo("Too many sessions");
                    assertThat(answer.required("Retry-After")).matches("[0-9]+");
                }
            }
            assertThat(ids).hasSize(2);

            assertThat(open(http, "203.0.113.2").status()).isEqualTo(201);
            Answer full = open(http, "203.0.113.3");
            Shapes.generalError(full, 503);
            assertThat(full.required("Retry-After")).matches("[0-9]+");

            http.send("DELETE", "/sessions/" + ids.get(0), new byte[0]);
            assertThat(open(http, "203.0.113.3").status()).isEqualTo(201);
            run(http, ids.get(1), "import os\nos._exit(0)"); // makes room too
            assertThat(open(http, "203.0.113.1").status()).isEqualTo(201);
        }
    }

    @Test
    void idleSessionEndsAndTheReasonIsKnownAfterwards() {
        try (Server server = start("SESSION_IDLE_SECONDS", "2", "MAX_SESSIONS", "1")) {
            Http http = server.http();
            String id = open(http, "203.0.113.1").json().path("sessionId").textValue();
            for (int time = 0; time < 3; time++) { // each run gives it new time
                Shapes.success(run(http, id, "import time\ntime.sleep(1)"));
            }
            await().atMost(30, SECONDS).until(() -> http.get("/sessions/" + id).status() == 410);
            assertThat(run(http, id, "1").json().path("reason").textValue())
                    .isEqualTo("Nothing has run in it for 2 seconds");
            assertThat(open(http, "203.0.113.2").status()).isEqualTo(201);
        }
    }

    @Test
    void restartOfTheServerIsTheReasonAfterwards() {
        String id;
        try (Server server = start()) {
            id = open(server.http(), "203.0.113.1").json().path("sessionId").textValue();
            Shapes.success(run(server.http(), id, "x = 1"));
            server.kill();
        }
        try (Server again = start()) {
            Answer answer = run(again.http(), id, "x");
            assertThat(answer.status()).isEqualTo(410);
            assertThat(answer.json().path("sessionId").textValue()).isEqualTo(id);
            assertThat(answer.json().path("reason").textValue()).contains("server was restarted");
            String forged = id.substring(0, 5) + (id.charAt(5) == 'A' ? 'B' : 'A') + id.substring(6);
            assertThat(again.http().get("/sessions/" + forged).status()).isEqualTo(404);
        }
    }
}
