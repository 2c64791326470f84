package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;

/** A limit of three requests in five seconds. */
@Tag("slow")
@NeedsServer(Setup.LATE_INTERPRETER)
class RateLimitWindowIT {

    @Test
    void refusedClientIsWelcomeAgainAfterTheWindow(Http http) {
        Answer first = http.get("/api");
        assertThat(first.required("RateLimit-Policy")).isEqualTo("3;w=5");
        assertThat(first.required("RateLimit-Limit")).isEqualTo("3");
        await().atMost(Duration.ofSeconds(60)).until(() -> http.get("/api").status() == 429);
        Answer refused = http.get("/api");
        assertThat(Integer.parseInt(refused.status() == 429 ? refused.required("Retry-After") : "1"))
                .isBetween(1, 5);
        await().atMost(Duration.ofSeconds(60)).until(() -> http.get("/api").status() == 200);
    }
}
