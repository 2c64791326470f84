package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxStatus;

class ExecutionTest {

    private static final Client CLIENT = Client.local("client");
    private static final Program PROGRAM = new Program("1", Duration.ofSeconds(1), false);
    private static final SandboxStatus STATUS =
            new SandboxStatus(Optional.of("fake"), List.of(), false, Optional.of("3"), Optional.empty(), Duration.ZERO);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Slots slots = new Slots(1, 1, Duration.ofMinutes(5), timer);
    private final List<String> told = new ArrayList<>();
    private final FakeRun run = new FakeRun();
    private final CompletableFuture<TargetLease> lease = new CompletableFuture<>();
    private Execution execution;

    @BeforeEach
    void open() {
        execution = new Execution(
                made -> new Admission(new Candidate(), slots, task -> {}, new Memory(1000).share(CLIENT)));
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private static Outcome outcome() {
        return Outcome.cancelled(PROGRAM, RunReport.Session.NONE, Duration.ZERO, Instant.EPOCH, STATUS);
    }

    @Test
    void waitsUntilItsTargetIsThere() {
        execution.start();
        assertThat(execution.isQueued()).isTrue();
        assertThat(execution.isUnderWay()).isFalse();

        lease.complete(new FakeLease());

        assertThat(execution.isQueued()).isFalse();
        assertThat(execution.isUnderWay()).isTrue();
    }

    @Test
    void cancelledWhileQueuedLeavesTheQueue() {
        execution.start();
        execution.cancel();
        assertThat(told).containsExactly("refused: CancellationException");
        assertThat(execution.isCancelled()).isTrue();
    }

    @Test
    void abandonedWhileQueuedLeavesTheQueue() {
        execution.start();
        execution.abandon();
        assertThat(told).containsExactly("refused: RefusedException");
        assertThat(execution.isAbandoned()).isTrue();
    }

    @Test
    void cancelledBeforeTheSandboxIsThereCancelsTheRunWhenItIs() {
        execution.cancel();
        execution.running(run);
        assertThat(run.calls).containsExactly("cancel");
        assertThat(execution.isCancelled()).isTrue();
    }

    @Test
    void abandonedBeforeTheSandboxIsThereClosesTheRunWhenItIs() {
        execution.abandon();
        execution.running(run);
        assertThat(run.calls).containsExactly("close");
        assertThat(execution.isAbandoned()).isTrue();
    }

    @Test
    void runningProgramIsCancelledOnceAndCanStillBeAbandoned() {
        execution.running(run);
        execution.cancel();
        execution.cancel();
        execution.abandon();
        execution.cancel();
        assertThat(run.calls).containsExactly("cancel", "close");
        assertThat(execution.isAbandoned()).isTrue();
    }

    @Test
    void nothingIsDoneAfterTheEnd() {
        execution.running(run);
        Outcome outcome = outcome();
        execution.complete(outcome);

        execution.cancel();
        execution.abandon();

        assertThat(run.calls).isEmpty();
        assertThat(execution.isCancelled()).isFalse();
        assertThat(execution.isRefused()).isFalse();
        assertThat(execution.outcome().toCompletableFuture()).isCompletedWithValue(outcome);
    }

    @Test
    void theFirstEndCounts() {
        execution.complete(outcome());
        execution.refuse(Execution.abandonment());
        execution.fail(new IllegalStateException());
        assertThat(execution.isRefused()).isFalse();
        assertThat(execution.outcome().toCompletableFuture()).isCompleted();
    }

    @Test
    void refusedAndBrokenHaveNoOutcome() {
        execution.refuse(Execution.abandonment());
        assertThat(execution.isRefused()).isTrue();
        assertThat(execution.isUnderWay()).isFalse();
        assertThat(execution.outcome().toCompletableFuture()).isCompletedExceptionally();
        assertThat(Execution.refused(Execution.abandonment()).isRefused()).isTrue();
    }

    private final class Candidate implements Admission.Candidate {

        @Override
        public ExecutionRequest request() {
            ExecutionTarget target = new ExecutionTarget() {
                @Override
                public CompletableFuture<TargetLease> lease() {
                    return lease;
                }

                @Override
                public RunReport.Session untouched() {
                    return RunReport.Session.OPEN;
                }
            };
            return new ExecutionRequest(PROGRAM, target, AdmissionCheck.OPEN, CLIENT, Optional.empty());
        }

        @Override
        public void admitted(Admission.Admitted held) {
            told.add("admitted");
        }

        @Override
        public void refused(Throwable why) {
            assertThat(why).isInstanceOfAny(CancellationException.class, RefusedException.class);
            told.add("refused: " + why.getClass().getSimpleName());
        }
    }

    private static final class FakeLease implements TargetLease {

        @Override
        public SandboxRun open(Program program) {
            throw new AssertionError("nothing is run here");
        }

        @Override
        public void close() {}
    }

    private static final class FakeRun implements SandboxRun {

        private final List<String> calls = new ArrayList<>();

        @Override
        public SandboxStatus sandbox() {
            return STATUS;
        }

        @Override
        public RunReport await(RunListener listener) {
            throw new AssertionError("nothing is run here");
        }

        @Override
        public void awaitGone() {}

        @Override
        public void cancel() {
            calls.add("cancel");
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }
}
