package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server with one slot and no queue. */
class NoQueueIT {

    @RegisterExtension
    static final OwnServer SERVER = new OwnServer(
            Map.of("RATE_LIMIT_MAX", "0", "MAX_CONCURRENT_EXECUTIONS", "1", "MAX_QUEUED_EXECUTIONS", "0"));

    private final Http http = SERVER.http();

    @Test
    void secondRunIsRefusedAndASlotThatIsFreeIsGiven() {
        awaitFreeSlot(); // the probe that found the server ready may still have it
        CompletableFuture<Answer> running = http.executeLater("while True: pass", 3);
        await().atMost(Duration.ofSeconds(20)).until(() -> running() == 1);
        Answer busy = http.execute("print(1)");
        assertThat(Shapes.executeError(busy, 503).path("error").textValue()).isEqualTo("Server is busy");
        assertThat(busy.required("Retry-After")).matches("[1-9]\\d*");
        Shapes.failure(running.join(), "timeout");
        awaitFreeSlot();
        Shapes.success(http.execute("print(1)"));
    }

    @Test
    void slotsAreGivenBackWhateverHappens() {
        awaitFreeSlot();
        for (String code : new String[] {"print(1)", "1/0", "import os; os.abort()", "import sys; sys.exit(3)"}) {
            http.execute(code);
            awaitFreeSlot();
        }
        http.post("{}");
        http.post("{");
        Shapes.success(http.execute("print(1)"));
    }

    private void awaitFreeSlot() {
        await().atMost(Duration.ofSeconds(20)).until(() -> running() == 0);
    }

    private int running() {
        return http.get("/health").json().at("/executions/running").intValue();
    }
}
