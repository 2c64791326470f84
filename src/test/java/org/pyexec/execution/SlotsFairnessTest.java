package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.execution.SlotsTest.LONG;
import static org.pyexec.execution.SlotsTest.now;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;

/** Slots are shared out among clients: a flood of one does not keep another waiting. */
class SlotsFairnessTest {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void aFloodOfOneClientLetsAnotherGoNext() throws Exception {
        Slots slots = new Slots(1, 100, LONG, timer);
        Slots.Lease flooding = now(slots.take(Client.local("flood"), 1));
        CompletionStage<Slots.Lease> second = slots.take(Client.local("flood"), 1);
        CompletionStage<Slots.Lease> third = slots.take(Client.local("flood"), 1);
        CompletionStage<Slots.Lease> other = slots.take(Client.local("other"), 1);

        flooding.close();
        now(second).close();
        now(other).close();

        now(third);
    }

    @Test
    void aSlotGoesToTheClientWithTheFewestRunningPrograms() throws Exception {
        Slots slots = new Slots(4, 100, LONG, timer);
        Slots.Lease first = now(slots.take(Client.local("flood"), 1));
        Slots.Lease second = now(slots.take(Client.local("flood"), 1));
        now(slots.take(Client.local("flood"), 1));
        now(slots.take(Client.local("flood"), 1));
        List<CompletionStage<Slots.Lease>> flood =
                List.of(slots.take(Client.local("flood"), 1), slots.take(Client.local("flood"), 1));
        CompletionStage<Slots.Lease> one = slots.take(Client.local("other"), 1);
        CompletionStage<Slots.Lease> two = slots.take(Client.local("other"), 1);

        first.close();
        now(one);
        second.close();

        assertThat(two.toCompletableFuture()).isDone();
        assertThat(flood).noneMatch(each -> each.toCompletableFuture().isDone());
    }

    @Test
    void newClientsDoNotPassAnOldOneForEver() throws Exception {
        Slots slots = new Slots(1, 100, LONG, timer);
        Slots.Lease held = now(slots.take(Client.local("first"), 1));
        CompletionStage<Slots.Lease> patient = slots.take(Client.local("first"), 1);
        List<CompletionStage<Slots.Lease>> strangers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            strangers.add(slots.take(Client.local("stranger " + i), 1));
        }

        held.close();

        Slots.Lease served = now(patient);
        CompletionStage<Slots.Lease> again = slots.take(Client.local("first"), 1);
        served.close();
        for (CompletionStage<Slots.Lease> stranger : strangers) {
            CompletionStage<Slots.Lease> unused = slots.take(Client.local("newer " + strangers.indexOf(stranger)), 1);
            now(stranger).close();
        }
        now(again);
    }

    @Test
    void whoFillsTheQueueGivesAPlaceUpForAnotherClient() throws Exception {
        Slots slots = new Slots(1, 2, LONG, timer);
        Slots.Lease held = now(slots.take(Client.local("flood"), 1));
        CompletionStage<Slots.Lease> second = slots.take(Client.local("flood"), 1);
        CompletionStage<Slots.Lease> last = slots.take(Client.local("flood"), 1);

        CompletionStage<Slots.Lease> other = slots.take(Client.local("other"), 1);

        assertThat(last.toCompletableFuture())
                .failsWithin(LONG)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RefusedException.class);
        assertThat(slots.queued()).isEqualTo(2);
        assertThat(slots.take(Client.local("other"), 1).toCompletableFuture()).isCompletedExceptionally();
        held.close();
        now(second).close();
        now(other).close();
        assertThat(slots.running()).isZero();
    }

    @Test
    void whoCannotBeLetInDisplacesNobody() throws Exception {
        Slots slots = new Slots(1, 4, LONG, timer);
        Slots.Lease held = now(slots.take(Client.local("flood"), 1));
        List<CompletionStage<Slots.Lease>> flood =
                List.of(slots.take(Client.local("flood"), 2), slots.take(Client.local("flood"), 2));

        assertThat(slots.take(Client.local("other"), 4).toCompletableFuture()).isCompletedExceptionally();

        held.close();
        for (CompletionStage<Slots.Lease> each : flood) {
            now(each).close();
        }
        assertThat(slots.running()).isZero();
    }

    @Test
    void clientWhoseOnlyPlaceWasTakenIsForgotten() throws Exception {
        Slots slots = new Slots(1, 4, LONG, timer);
        Slots.Lease busy = now(slots.take(Client.local("busy"), 1));
        CompletableFuture<Slots.Lease> large = slots.take(Client.local("large"), 4);
        CompletableFuture<Slots.Lease> small = slots.take(Client.local("small"), 1);

        assertThat(large).failsWithin(LONG);
        assertThat(slots.clients()).isEqualTo(2);
        busy.close();
        now(small).close();
        assertThat(slots.clients()).isZero();
    }
}
