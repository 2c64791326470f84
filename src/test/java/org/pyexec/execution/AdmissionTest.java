package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.SandboxRun;

class AdmissionTest {

    private static final Client CLIENT = Client.local("client");
    private static final Program PROGRAM = new Program("1", Duration.ofSeconds(1), false);
    private final CancellationException cancelled = new CancellationException();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Memory memory = new Memory(1 << 20);
    private final OneAtATime target = new OneAtATime();
    private final List<Runnable> tasks = new ArrayList<>();
    private Slots slots;

    @BeforeEach
    void open() {
        slots = new Slots(1, 1, Duration.ofMinutes(5), timer);
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private Admission admission(Recorded candidate) throws NoRoomException {
        Memory.Share share = memory.share(CLIENT);
        share.hold(1000);
        return new Admission(candidate, slots, tasks::add, share);
    }

    private Recorded candidate() {
        return new Recorded(target, AdmissionCheck.OPEN);
    }

    private void assertNothingIsHeld() {
        assertThat(target.leased).isFalse();
        assertThat(slots.running()).isZero();
        assertThat(slots.queued()).isZero();
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void admittedCandidateHoldsEverythingUntilItReturns() throws Exception {
        Recorded candidate = candidate();
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
    void cancelledBeforeItsStartItTakesNoThread() throws Exception {
        Recorded candidate = candidate();
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
        Recorded candidate = candidate();
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
        Recorded candidate = candidate();
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
        Recorded candidate = candidate();
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
    void targetOfWhatGetsNoSlotIsGivenBack() throws Exception {
        Slots.Lease other = slots.take(CLIENT, 1).join();
        CompletableFuture<Slots.Lease> queued = slots.take(CLIENT, 1);
        Recorded candidate = candidate();

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
        Recorded candidate = candidate();

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
        Recorded candidate = candidate();

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
        Recorded candidate = candidate();

        admission(candidate).start();

        assertThat(candidate.refused).containsExactly(ended);
        assertNothingIsHeld();
    }

    @Test
    void refusalOfTheCheckGivesEverythingBack() throws Exception {
        RefusedException full = new RefusedException(Refusal.BUSY, "full");
        Recorded candidate = new Recorded(target, () -> {
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
        Recorded candidate = candidate();
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

    @Test
    void racesOfAdmissionAndCancellationLeakNothing() throws Exception {
        slots = new Slots(2, 1000, Duration.ofMillis(3), timer);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        ExecutorService workers = Executors.newFixedThreadPool(4);
        List<Recorded> candidates = new ArrayList<>();
        try {
            for (int i = 0; i < 2000; i++) {
                Recorded candidate = new Recorded(i % 2 == 0 ? target : new OneAtATime(), AdmissionCheck.OPEN);
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

    /** Notes what it is told. */
    private static final class Recorded implements Admission.Candidate {

        private final ExecutionRequest request;
        private final AtomicInteger admitted = new AtomicInteger();
        private final List<Throwable> refused = new CopyOnWriteArrayList<>();
        private Runnable whileAdmitted = () -> {};

        Recorded(ExecutionTarget target, AdmissionCheck check) {
            this.request = new ExecutionRequest(PROGRAM, target, check, CLIENT, Optional.empty());
        }

        int answers() {
            return admitted.get() + refused.size();
        }

        @Override
        public ExecutionRequest request() {
            return request;
        }

        @Override
        public void admitted(Admission.Admitted held) {
            whileAdmitted.run();
            admitted.incrementAndGet();
        }

        @Override
        public void refused(Throwable why) {
            refused.add(why);
        }
    }

    /** A target that has one lease, as a session has. */
    private static final class OneAtATime implements ExecutionTarget {

        private final Deque<CompletableFuture<TargetLease>> waiting = new ArrayDeque<>();
        private Optional<RefusedException> refusal = Optional.empty();
        private boolean leased;

        @Override
        public synchronized CompletableFuture<TargetLease> lease() {
            if (refusal.isPresent()) {
                return CompletableFuture.failedFuture(refusal.get());
            }
            if (!leased) {
                leased = true;
                return CompletableFuture.completedFuture(new Lease());
            }
            CompletableFuture<TargetLease> place = new CompletableFuture<>();
            waiting.add(place);
            return place;
        }

        @Override
        public RunReport.Session untouched() {
            return RunReport.Session.OPEN;
        }

        private void passOn() {
            CompletableFuture<TargetLease> next;
            do {
                synchronized (this) {
                    next = waiting.poll();
                    leased = next != null;
                }
            } while (next != null && !next.complete(new Lease()));
        }

        private final class Lease implements TargetLease {

            private final AtomicInteger closed = new AtomicInteger();

            @Override
            public SandboxRun open(Program program) {
                throw new AssertionError("nothing is run here");
            }

            @Override
            public void close() {
                if (closed.getAndIncrement() == 0) {
                    passOn();
                }
            }
        }
    }
}
