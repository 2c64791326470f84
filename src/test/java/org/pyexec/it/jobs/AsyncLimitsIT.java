package org.pyexec.it.jobs;

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

/** How many asynchronous executions are kept, how much memory they may take, and how long. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.SMALL_DISK)
class AsyncLimitsIT {

    /** Its answer has some eight million characters. */
    private static final String LARGE = "for _ in range(8): display({'text/html': 'x' * 999_000}, raw=True)";

    private final Http http;

    AsyncLimitsIT(Http http) {
        this.http = http;
    }

    private Answer submit(String client, String code) {
        String json = Json.object("code", code, "result", true);
        return http.submit(client, json);
    }

    private static void assertTooMany(Answer answer) {
        assertThat(Shapes.executeError(answer, 429).path("error").textValue()).isEqualTo("Too many executions");
        assertThat(answer.required("Retry-After")).matches("[0-9]+");
    }

    @Test
    void oneClientHasAHundredUntilTheyAreForgotten() {
        for (int i = 0; i < 100; i++) {
            assertThat(submit("203.0.113.1", "1").status()).isEqualTo(202);
        }
        assertTooMany(submit("203.0.113.1", "1"));
        assertThat(submit("203.0.113.2", "1").status()).isEqualTo(202);
        await().atMost(120, SECONDS).until(() -> submit("203.0.113.1", "1").status() == 202);
    }

    @Test
    void largeAnswersOfOneClientFillItsShareAndNoMore() {
        Answer last = submit("203.0.113.3", LARGE);
        int kept = 0;
        while (last.status() == 202 && kept < 20) {
            String path = last.required("Location");
            await().atMost(60, SECONDS)
                    .until(() ->
                            http.get(path).json().path("status").textValue().equals("finished"));
            assertThat(http.get(path).json().at("/answer/run/displays")).hasSize(8);
            kept++;
            last = submit("203.0.113.3", LARGE);
        }
        assertThat(kept).isBetween(3, 6); // 32 MB
        assertTooMany(last);
        assertThat(last.json().path("message").textValue()).contains(" MB; ");
        assertThat(submit("203.0.113.4", "1").status()).isEqualTo(202);
    }
}
