package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pyexec.memory.Memory;

/** Who is cancelled on the way to a slot holds nothing afterwards. */
class AdmissionCancelTest extends AdmissionFixture {

    @Test
    void cancelledBeforeItsStartItTakesNoThread() throws Exception {
        RecordedCandidate candidate = candidate();
        Admission admission = admission(candidate);
        admission.cancel(cancelled);

        admission.start();

        tasks.forEach(Runnable::run);
        assertThat(candidate.refused).containsExactly(cancelled);
        assertThat(candidate.admitted).hasValue(0);
        assertNothingIsHeld();
    }

    @Test
    void cancelledWhileItWaitsForItsTarget() throws Exception {
        TargetLease other = target.lease().join();
        RecordedCandidate candidate = candidate();
        Admission admission = admission(candidate);
        admission.start();
        assertThat(admission.isWaiting()).isTrue();
        assertThat(slots.running()).isZero();

        admission.cancel(cancelled);
        admission.cancel(new CancellationException("again"));

        assertThat(candidate.refused).containsExactly(cancelled);
        assertThat(admission.isWaiting()).isFalse();
        other.close();
        assertNothingIsHeld();
    }

    @Test
    void cancelledWhileItWaitsForASlot() throws Exception {
        Slots.Lease other = slots.take(CLIENT, 1).join();
        RecordedCandidate candidate = candidate();
        Admission admission = admission(candidate);
        admission.start();
        assertThat(admission.isWaiting()).isTrue();
        assertThat(target.leased).isTrue();

        admission.cancel(cancelled);

        assertThat(candidate.refused).containsExactly(cancelled);
        other.close();
        assertNothingIsHeld();
    }

    @Test
    void cancelledBeforeItsThreadHasBegun() throws Exception {
        RecordedCandidate candidate = candidate();
        Admission admission = admission(candidate);
        admission.start();

        admission.cancel(cancelled);

        assertThat(candidate.refused).isEmpty();
        tasks.remove(0).run();
        assertThat(candidate.refused).containsExactly(cancelled);
        assertThat(candidate.admitted).hasValue(0);
        assertNothingIsHeld();
    }

    @Test
    void racesOfAdmissionAndCancellationLeakNothing() throws Exception {
        slots = new Slots(2, 1000, Duration.ofMillis(3), timer);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        ExecutorService workers = Executors.newFixedThreadPool(4);
        List<RecordedCandidate> candidates = new ArrayList<>();
        try {
            for (int i = 0; i < 2000; i++) {
                RecordedCandidate candidate =
                        new RecordedCandidate(i % 2 == 0 ? target : new OneAtATime(), AdmissionCheck.OPEN);
                candidates.add(candidate);
                Memory.Share share = memory.share(CLIENT);
                share.hold(10);
                Admission admission = new Admission(candidate, slots, workers, share);
                threads.execute(admission::start);
                if (ThreadLocalRandom.current().nextInt(3) > 0) {
                    threads.execute(() -> admission.cancel(cancelled));
                }
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> candidates.stream().allMatch(each -> each.answers() > 0));
        } finally {
            threads.shutdownNow();
            workers.shutdown();
            assertThat(workers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(candidates).allMatch(each -> each.answers() == 1);
        await().untilAsserted(this::assertNothingIsHeld);
    }
}
