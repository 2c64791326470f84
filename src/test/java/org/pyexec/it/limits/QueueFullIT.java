package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Executions beyond the queue are refused, on a server with one slot and a queue of one. */
@Order(3) // waits for long
@Tag("slow")
@NeedsServer(Setup.ONE_SLOT)
class QueueFullIT {

    private final Http http;

    QueueFullIT(Http http) {
        this.http = http;
    }

    @Test
    void runBeyondTheQueueIsRefusedAtOnce() {
        try (HeldSlot held = HeldSlot.take(http)) {
            CompletableFuture<Answer> queued = http.executeLater("print('queued')", 10);
            awaitExecutions(1, 1);
            assertBusy(http.execute("print('refused')"));
            held.release();
            assertThat(Shapes.success(queued.join()).path("output").textValue()).isEqualTo("queued\n");
        }
        awaitExecutions(0, 0);
    }

    @Test
    void waitingForASlotIsNotPartOfTheTimeoutAndIsTold() {
        try (HeldSlot held = HeldSlot.take(http)) {
            long asked = System.nanoTime();
            CompletableFuture<Answer> queued = http.executeLater("print('queued')", 2);
            awaitExecutions(1, 1);
            long waits = System.nanoTime();
            await().pollDelay(Duration.ofMillis(2100)).until(held::runs); // longer than the timeout of what waits
            long least = millisSince(waits);
            held.release();
            ObjectNode json = Shapes.success(queued.join());
            assertThat(json.path("output").textValue()).isEqualTo("queued\n");
            assertThat(json.at("/run/waitedMs").longValue()).isBetween(least, millisSince(asked));
        }
        awaitExecutions(0, 0);
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    @Test
    void runThatWaitedThirtySecondsIsRefused() {
        try (HeldSlot held = HeldSlot.take(http)) {
            CompletableFuture<Answer> queued = http.executeLater("print('queued')", 2);
            awaitExecutions(1, 1);
            assertBusy(queued.join());
            held.release();
        }
        awaitExecutions(0, 0);
    }

    @Test
    void capacityIsTheSettings() {
        assertThat(http.get("/health").json().at("/executions/capacity").intValue())
                .isEqualTo(1);
    }

    @Test
    void badRequestNeedsNoSlot() {
        try (HeldSlot held = HeldSlot.take(http)) {
            Shapes.executeError(http.post("{}"), 400);
            held.release();
        }
        awaitExecutions(0, 0);
    }

    private static void assertBusy(Answer answer) {
        ObjectNode json = Shapes.executeError(answer, 503);
        assertThat(json.path("error").textValue()).isEqualTo("Server is busy");
        assertThat(Integer.parseInt(answer.required("Retry-After"))).isPositive();
    }

    private void awaitExecutions(int running, int queued) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            ObjectNode health = http.get("/health").json();
            assertThat(health.at("/executions/running").intValue()).isEqualTo(running);
            assertThat(health.at("/executions/queued").intValue()).isEqualTo(queued);
        });
    }
}
