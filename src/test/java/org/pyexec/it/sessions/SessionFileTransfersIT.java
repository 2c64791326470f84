package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Setup;

/** Transfers of session files leave nothing in the server's store, and a slow client holds up no other. */
@NeedsServer(Setup.OBSERVED)
class SessionFileTransfersIT {

    private static final int LARGE = 20 << 20;

    private final Http http;
    private String session = "";

    SessionFileTransfersIT(Http http) {
        this.http = http;
    }

    @BeforeEach
    void open() {
        session = "/sessions/"
                + http.send("POST", "/sessions", new byte[0])
                        .json()
                        .path("sessionId")
                        .textValue();
    }

    @AfterEach
    void delete() {
        http.send("DELETE", session, new byte[0]);
    }

    private long stored() {
        return http.get("/health").json().path("storageUsage").longValue();
    }

    @Test
    void nothingStaysInTheStore() {
        long before = stored();
        byte[] content = new byte[LARGE];
        Arrays.fill(content, (byte) 'x');
        for (int turn = 0; turn < 3; turn++) {
            assertThat(http.send("PUT", session + "/files/f", content).status()).isIn(200, 201);
            assertThat(http.get(session + "/files/f").body()).hasSize(LARGE);
            assertThat(http.head(session + "/files/f").status()).isEqualTo(200);
            assertThat(http.send("PUT", session + "/files/f/x", content).status())
                    .isEqualTo(409);
            assertThat(http.get(session + "/files/none").status()).isEqualTo(404);
        }
        await().atMost(60, SECONDS).until(() -> stored() <= before);
    }

    @Test
    void readerWhoTakesNothingHoldsTheSessionNotUp() throws Exception {
        long before = stored(); // files of other classes that have not expired
        byte[] content = new byte[LARGE];
        http.send("PUT", session + "/files/f", content);
        await().atMost(60, SECONDS).until(() -> stored() <= before);
        try (RawConnection lazy = RawConnection.lazyReader(http.base())) {
            lazy.send(RawConnection.head("GET", session + "/files/f"));
            await().atMost(60, SECONDS).until(() -> stored() > before);
            assertThat(http.send("PUT", session + "/files/g", new byte[] {1}).status())
                    .isEqualTo(201);
            assertThat(http.send("DELETE", session + "/files/f", new byte[0]).status())
                    .isEqualTo(204);
        }
        await().atMost(90, SECONDS).until(() -> stored() <= before);
    }

    /** The session's id is the only key, as for all its endpoints. */
    @Test
    void otherClientWithTheIdFindsWhatTheStateOfTheSessionPromises() {
        assertThat(http.send("PUT", session + "/files/f", new byte[] {1}, "X-Forwarded-For", "203.0.113.9")
                        .status())
                .isEqualTo(201);
        assertThat(http.get(session, "X-Forwarded-For", "203.0.113.9").status()).isEqualTo(200);
        assertThat(http.get(session + "/files/f", "X-Forwarded-For", "203.0.113.10")
                        .body())
                .containsExactly(1);
    }
}
