package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;

/** Forwarded addresses where no proxy is trusted, which is the default. */
@NeedsServer
class ForwardedForIT {

    /** No other test uses this address, so no other requests count for it. */
    private static final String ADDRESS = "127.0.4.1";

    private final Server server;

    ForwardedForIT(Server server) {
        this.server = server;
    }

    @Test
    void theyDoNotChangeWhoIsCounted() throws IOException {
        long left = remaining(get());
        for (String value : List.of("203.0.113.1", "203.0.113.2", "10.0.0.1", "::1")) {
            assertThat(remaining(get("X-Forwarded-For", value))).isEqualTo(--left);
            assertThat(remaining(get("Forwarded", "for=\"[2001:db8::1]\""))).isEqualTo(--left);
        }
    }

    @Test
    void theyDoNotChangeWhoIsLogged() {
        String id = "it-" + UUID.randomUUID();
        server.http().get("/api", "X-Request-ID", id, "X-Forwarded-For", "203.0.113.77");
        await().atMost(Duration.ofSeconds(60)).until(() -> server.log().contains(id));
        assertThat(server.log().lines().filter(line -> line.contains(id)))
                .allSatisfy(line -> assertThat(line).contains("127.0.0.1").doesNotContain("203.0.113.77"));
    }

    private Answer get(String... headers) throws IOException {
        return RawConnection.get(ADDRESS, server.baseUrl(), "/api", headers);
    }

    private static long remaining(Answer answer) {
        return Long.parseLong(answer.required("RateLimit-Remaining"));
    }
}
