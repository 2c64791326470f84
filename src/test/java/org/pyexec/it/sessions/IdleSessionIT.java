package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Sessions that end because they are idle, on a server that allows one session. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.ONE_SLOT)
class IdleSessionIT {

    @Test
    void idleSessionEndsAndTheReasonIsKnownAfterwards(Http http) {
        String id = open(http, "203.0.113.1").json().path("sessionId").textValue();
        for (int time = 0; time < 3; time++) { // each run restarts the idle time
            Shapes.success(run(http, id, "import time\ntime.sleep(1)"));
        }
        await().atMost(60, SECONDS).until(() -> http.get("/sessions/" + id).status() == 410);
        assertThat(run(http, id, "1").json().path("reason").textValue())
                .isEqualTo("Nothing has run in it for 2 seconds");
        assertThat(open(http, "203.0.113.2").status()).isEqualTo(201);
    }

    private static Answer open(Http http, String client) {
        return http.send("POST", "/sessions", new byte[0], "X-Forwarded-For", client);
    }

    private static Answer run(Http http, String id, String code) {
        return http.post(Json.object("code", code, "session", id));
    }
}
