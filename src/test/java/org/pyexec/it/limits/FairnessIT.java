package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Clients share slots and queue fairly, on a server with two slots and a short queue behind a trusted proxy. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.PROXIED)
class FairnessIT {

    private static final String SLOW = Json.object("code", "import time; time.sleep(2)");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FLOODING = "203.0.113.1";

    private final Http http;

    FairnessIT(Http http) {
        this.http = http;
    }

    @Test
    void aFloodOfOneClientKeepsNobodyElseWaiting() {
        List<HeldSlot> held = holdAllSlots();
        List<CompletableFuture<Answer>> flood = flood(6);
        awaitExecutions(2, 6);

        CompletableFuture<Answer> other =
                http.postLater(Json.object("code", "print('other')"), "X-Forwarded-For", "203.0.113.2");
        await().atMost(PATIENCE).until(() -> flood.stream().anyMatch(CompletableFuture::isDone)); // the flood gives way
        held.get(0).release();

        assertThat(Shapes.success(other.join()).path("output").textValue()).isEqualTo("other\n");
        assertThat(flood.stream().filter(each -> !each.isDone()).count()).isGreaterThanOrEqualTo(3);
        held.get(1).release();
        List<Integer> statuses =
                flood.stream().map(each -> each.join().status()).toList();
        assertThat(statuses).containsOnly(200, 503);
        assertThat(statuses.stream().filter(status -> status == 503)).hasSize(1);
    }

    @Test
    void healthDownloadsAndProbesAnswerWhileAllSlotsAreBusy() {
        String hosted = http.hosted("a.txt", new byte[] {1});
        List<HeldSlot> held = holdAllSlots();
        List<CompletableFuture<Answer>> flood = flood(4);
        awaitExecutions(2, 4);

        assertThat(http.get("/health").status()).isEqualTo(200);
        assertThat(http.get("/health/live").status()).isEqualTo(200);
        assertThat(http.get("/health/ready").status()).isEqualTo(200);
        assertThat(http.get(hosted).body()).isEqualTo(new byte[] {1});

        assertThat(flood.stream().filter(CompletableFuture::isDone)).isEmpty();
        held.forEach(HeldSlot::release);
        flood.forEach(each -> Shapes.success(each.join()));
    }

    private List<HeldSlot> holdAllSlots() {
        List<HeldSlot> held = List.of(HeldSlot.take(http, FLOODING), HeldSlot.take(http, FLOODING));
        awaitExecutions(2, 0);
        return held;
    }

    private List<CompletableFuture<Answer>> flood(int programs) {
        List<CompletableFuture<Answer>> flood = new ArrayList<>();
        for (int i = 0; i < programs; i++) {
            flood.add(http.postLater(SLOW, "X-Forwarded-For", FLOODING));
        }
        return flood;
    }

    private void awaitExecutions(int running, int queued) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            ObjectNode health = http.asManyClients().get("/health").json();
            assertThat(health.at("/executions/running").intValue()).isEqualTo(running);
            assertThat(health.at("/executions/queued").intValue()).isEqualTo(queued);
        });
    }
}
