package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;

class SlotsTest {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    static final Duration LONG = Duration.ofMinutes(5);

    static Slots.Lease now(CompletionStage<Slots.Lease> stage) throws Exception {
        CompletableFuture<Slots.Lease> future = stage.toCompletableFuture();
        assertThat(future).isDone();
        return future.get();
    }

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void aFreeSlotIsHadAtOnce() throws Exception {
        Slots slots = new Slots(2, 0, LONG, timer);

        now(slots.take(Client.local("a"), 1));
        now(slots.take(Client.local("a"), 1));

        assertThat(slots.running()).isEqualTo(2);
    }

    @Test
    void aFullQueueRefusesAtOnce() throws Exception {
        Slots slots = new Slots(1, 0, LONG, timer);
        now(slots.take(Client.local("a"), 1));

        assertThat(slots.take(Client.local("a"), 1).toCompletableFuture())
                .failsWithin(LONG)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RefusedException.class);
    }

    @Test
    void theFirstInTheQueueGetsTheSlotThatIsGivenBack() throws Exception {
        Slots slots = new Slots(1, 2, LONG, timer);
        Slots.Lease lease = now(slots.take(Client.local("a"), 1));
        CompletionStage<Slots.Lease> second = slots.take(Client.local("a"), 1);
        CompletionStage<Slots.Lease> third = slots.take(Client.local("a"), 1);
        assertThat(slots.queued()).isEqualTo(2);

        lease.close();

        now(second);
        assertThat(third.toCompletableFuture()).isNotDone();
        assertThat(slots.running()).isEqualTo(1);
        assertThat(slots.queued()).isEqualTo(1);
    }

    @Test
    void aLeaseIsGivenBackOnlyOnce() throws Exception {
        Slots slots = new Slots(1, 1, LONG, timer);
        Slots.Lease lease = now(slots.take(Client.local("a"), 1));

        lease.close();
        lease.close();

        assertThat(slots.running()).isZero();
        now(slots.take(Client.local("a"), 1));
        assertThat(slots.take(Client.local("a"), 1).toCompletableFuture()).isNotDone();
    }

    @Test
    void whoHasWaitedTooLongIsRefusedAndHoldsNoPlace() throws Exception {
        Slots slots = new Slots(1, 1, Duration.ofMillis(1), timer);
        Slots.Lease lease = now(slots.take(Client.local("a"), 1));

        CompletionStage<Slots.Lease> impatient = slots.take(Client.local("a"), 1);

        assertThat(impatient.toCompletableFuture())
                .failsWithin(LONG)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(TimeoutException.class);
        await().atMost(LONG).until(() -> slots.queued() == 0); // in a moment, on the timer's thread
        lease.close();
        assertThat(slots.running()).isZero();
    }

    @Test
    void aLargeProgramNeedsMoreRoom() throws Exception {
        Slots slots = new Slots(1, 5, LONG, timer);
        Slots.Lease held = now(slots.take(Client.local("a"), 1));
        CompletionStage<Slots.Lease> large = slots.take(Client.local("a"), 4);

        assertThat(slots.take(Client.local("a"), 2).toCompletableFuture()).isCompletedExceptionally();
        CompletionStage<Slots.Lease> small = slots.take(Client.local("a"), 1);

        assertThat(slots.queued()).isEqualTo(2);
        held.close();
        now(large).close();
        now(small).close();
        now(slots.take(Client.local("a"), 1));
        assertThat(slots.take(Client.local("a"), 100).toCompletableFuture()).isNotDone();
    }

    @Test
    void manyThreadsNeverHoldMoreLeasesThanThereAreSlots() throws Exception {
        Slots slots = new Slots(3, 1_000, LONG, timer);
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            for (int i = 0; i < 500; i++) {
                ends.add(slots.take(Client.local("client " + i % 7), 1)
                        .thenAcceptAsync(
                                lease -> {
                                    try (lease) {
                                        most.accumulateAndGet(held.incrementAndGet(), Math::max);
                                        held.decrementAndGet();
                                    }
                                },
                                pool)
                        .toCompletableFuture());
            }
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        } finally {
            pool.shutdown();
        }

        Assertions.assertThat(most.get()).isBetween(1, 3);
        assertThat(slots.running()).isZero();
        assertThat(slots.queued()).isZero();
    }
}
