package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.MemoryFileStore;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;
import org.pyexec.sandbox.Termination;

class ReadinessTest {

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // it overflows soon
    private final FakeSandbox sandbox = new FakeSandbox();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private FileStore files;
    private Readiness readiness;

    @BeforeEach
    void open() throws IOException {
        files = new MemoryFileStore(new FileStoreSettings(Duration.ofMinutes(10), 1000, 1000), Clock.systemUTC());
        readiness = new Readiness(executions(Runnable::run), timer, nanoTime::get);
    }

    /** With a slot more than needed: that of the run before is free only some time after its outcome was told. */
    private Executions executions(Executor workers) {
        ExecutionSettings settings = new ExecutionSettings(2, 0, Duration.ofSeconds(30), false, 1000);
        return new Executions(settings, sandbox, files, new Memory(1 << 20), workers, timer, Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        timer.shutdownNow();
    }

    @Test
    void firstCheckRunsAProgramAndThoseSoonAfterItDoNot() {
        assertThat(check()).isEmpty();
        step(Duration.ofSeconds(14));
        assertThat(check()).isEmpty();

        assertThat(sandbox.runs).hasValue(1);
    }

    @Test
    void oldFindingIsMadeAnew() {
        check();
        sandbox.output = "41\n";
        step(Duration.ofSeconds(15));

        assertThat(check()).hasValueSatisfying(problem -> assertThat(problem).contains("probe"));
        assertThat(sandbox.runs).hasValue(2);
    }

    @Test
    void badFindingIsMadeAnewAfterASecond() {
        sandbox.problem = Optional.of("no interpreter");
        assertThat(check()).contains("no interpreter");
        sandbox.problem = Optional.empty();
        step(Duration.ofMillis(999));
        assertThat(check()).contains("no interpreter");

        step(Duration.ofMillis(1));

        assertThat(check()).isEmpty();
    }

    @Test
    void whatTheSandboxSaysComesBeforeAGoodFinding() {
        assertThat(check()).isEmpty();
        sandbox.problem = Optional.of("it does not answer");
        assertThat(check()).contains("it does not answer");
        sandbox.problem = Optional.empty();
        assertThat(check()).isEmpty();
        assertThat(sandbox.runs).hasValue(1);
    }

    /** As when all slots are taken by long programs. */
    @Test
    void whoeverAsksWhileTheProgramWaitsIsToldTheFindingBefore() throws Exception {
        ExecutorService workers = Executors.newCachedThreadPool();
        readiness = new Readiness(executions(workers), timer, nanoTime::get);
        try {
            assertThat(check()).isEmpty();
            sandbox.free = new CountDownLatch(1);
            step(Duration.ofSeconds(15));
            assertThat(check()).isEmpty();
            assertThat(check()).isEmpty();
            assertThat(sandbox.runs).hasValue(2);
            assertThat(sandbox.free.getCount()).isEqualTo(1); // nobody has waited for it
        } finally {
            sandbox.free.countDown();
            workers.shutdown();
            assertThat(workers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Optional<String> check() {
        return readiness.check().toCompletableFuture().join();
    }

    private void step(Duration duration) {
        nanoTime.addAndGet(duration.toNanos());
    }

    /** Counts its runs; each prints the same and completes. */
    private static final class FakeSandbox implements Sandbox {

        private final AtomicInteger runs = new AtomicInteger();
        private String output = "42\n";
        private Optional<String> problem = Optional.empty();
        private CountDownLatch free = new CountDownLatch(0);

        @Override
        public SandboxRun open(Program program) throws SandboxUnavailableException {
            runs.incrementAndGet();
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (problem.isPresent()) {
                throw new SandboxUnavailableException(problem.get());
            }
            return new FakeRun(output, status());
        }

        @Override
        public SandboxSession openSession(SessionTerms terms) {
            throw new AssertionError("the probe needs no session");
        }

        @Override
        public SandboxStatus status() {
            return new SandboxStatus(Optional.of("fake"), List.of(), false, Optional.of("3"), problem, Duration.ZERO);
        }

        @Override
        public void close() {}
    }

    private record FakeRun(String output, SandboxStatus sandbox) implements SandboxRun {

        @Override
        public RunReport await(RunListener listener) throws IOException {
            listener.stdout(output.getBytes(StandardCharsets.UTF_8));
            Termination termination =
                    new Termination(Termination.Reason.COMPLETED, OptionalInt.of(0), Optional.empty(), "");
            return RunReport.ofNone(termination, Optional.empty(), RunReport.Session.NONE);
        }

        @Override
        public void awaitGone() {}

        @Override
        public void cancel() {}

        @Override
        public void close() {}
    }
}
