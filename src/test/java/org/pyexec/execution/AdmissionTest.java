package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.pyexec.memory.Memory;

class AdmissionTest extends AdmissionFixture {

    @Test
    void admittedCandidateHoldsEverythingUntilItReturns() throws Exception {
        RecordedCandidate candidate = candidate();
        candidate.whileAdmitted = () -> {
            assertThat(target.leased).isTrue();
            assertThat(slots.running()).isEqualTo(1);
            assertThat(memory.heldBytes()).isEqualTo(1000);
        };
        Admission admission = admission(candidate);

        admission.start();

        assertThat(admission.isWaiting()).isFalse();
        assertThat(candidate.admitted).hasValue(0);
        tasks.remove(0).run();
        assertThat(candidate.admitted).hasValue(1);
        assertThat(candidate.refused).isEmpty();
        assertNothingIsHeld();
        admission.cancel(cancelled);
        assertThat(candidate.refused).isEmpty();
    }

    @Test
    void targetOfWhatGetsNoSlotIsGivenBack() throws Exception {
        Slots.Lease other = slots.take(CLIENT, 1).join();
        CompletableFuture<Slots.Lease> queued = slots.take(CLIENT, 1);
        RecordedCandidate candidate = candidate();

        admission(candidate).start();

        assertThat(candidate.refused)
                .singleElement()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.BUSY));
        other.close();
        queued.join().close();
        assertNothingIsHeld();
    }

    @Test
    void targetOfWhatWaitedTooLongForASlotIsGivenBack() throws Exception {
        slots = new Slots(1, 1, Duration.ofMillis(1), timer);
        Slots.Lease other = slots.take(CLIENT, 1).join();
        RecordedCandidate candidate = candidate();

        admission(candidate).start();

        await().until(() -> candidate.refused.size() == 1);
        assertThat(candidate.refused.get(0)).isInstanceOf(TimeoutException.class);
        other.close();
        assertNothingIsHeld();
    }

    @Test
    void targetIsGivenBackWhereNobodyCanWaitForASlotAnyMore() throws Exception {
        Slots.Lease other = slots.take(CLIENT, 1).join();
        timer.shutdownNow();
        RecordedCandidate candidate = candidate();

        admission(candidate).start();

        assertThat(candidate.refused).singleElement().isInstanceOf(RejectedExecutionException.class);
        assertThat(target.leased).isFalse();
        assertThat(memory.heldBytes()).isZero();
        other.close();
    }

    @Test
    void refusalOfTheTargetTakesNoSlot() throws Exception {
        RefusedException ended = new RefusedException(Refusal.SESSION_ENDED, "over");
        target.refusal = Optional.of(ended);
        RecordedCandidate candidate = candidate();

        admission(candidate).start();

        assertThat(candidate.refused).containsExactly(ended);
        assertNothingIsHeld();
    }

    @Test
    void refusalOfTheCheckGivesEverythingBack() throws Exception {
        RefusedException full = new RefusedException(Refusal.BUSY, "full");
        RecordedCandidate candidate = new RecordedCandidate(target, () -> {
            throw full;
        });
        admission(candidate).start();
        assertThat(candidate.refused).isEmpty(); // it is asked at last

        tasks.remove(0).run();

        assertThat(candidate.refused).containsExactly(full);
        assertThat(candidate.admitted).hasValue(0);
        assertNothingIsHeld();
    }

    @Test
    void rejectionByTheExecutorGivesEverythingBack() throws Exception {
        RecordedCandidate candidate = candidate();
        Memory.Share share = memory.share(CLIENT);
        share.hold(1000);
        Admission admission = new Admission(
                candidate,
                slots,
                task -> {
                    throw new RejectedExecutionException("no");
                },
                share);

        admission.start();

        assertThat(candidate.refused)
                .singleElement()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.BUSY));
        assertNothingIsHeld();
    }
}
