package org.pyexec.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.SteppedClock;
import org.pyexec.execution.ExecutionSettings;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Gate;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TooManyException;
import org.pyexec.execution.Transcript;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.MemoryFileStore;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SessionTerms;

class JobsTest {

    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(10);
    private static final Optional<IdempotencyKey> NO_KEY = Optional.empty();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SteppedClock clock = new SteppedClock();
    private final Memory memory = new Memory(1 << 20);
    private final Jobs jobs = new Jobs(new JobSettings(TIME_TO_LIVE, 2, 3, 1000), memory, clock);
    private FileStore files;
    private Executions executions;
    private int starts;

    @BeforeEach
    void open() throws IOException {
        files = new MemoryFileStore(new FileStoreSettings(Duration.ofMinutes(10), 1000, 1000), Clock.systemUTC());
        ExecutionSettings settings = new ExecutionSettings(1, 100, Duration.ofMinutes(5), false, 1000);
        // Programs are taken on and never run: their ends are played by the tests.
        executions = new Executions(settings, new Idle(), files, memory, task -> {}, timer, clock);
    }

    @AfterEach
    void close() throws IOException {
        timer.shutdownNow();
    }

    private Jobs.Started start() {
        starts++;
        Program program = new Program("1", Duration.ofSeconds(1), false);
        return new Jobs.Started(
                executions.run(program, executions.freshSandbox(), Gate.OPEN, "client", new Transcript()),
                new CompletableFuture<>());
    }

    private Job submit(String client) throws Exception {
        return jobs.submit(client, NO_KEY, this::start);
    }

    private Job submit(String client, String key, String fingerprint) throws Exception {
        return jobs.submit(client, Optional.of(new IdempotencyKey(key, fingerprint)), this::start);
    }

    private static void end(Job job) {
        job.answer().complete(new byte[] {'1'});
    }

    @Test
    void statusFollowsTheProgram() throws Exception {
        Job first = submit("a");
        Job second = submit("a");

        assertThat(first.status()).isEqualTo(Job.Status.RUNNING);
        assertThat(second.status()).isEqualTo(Job.Status.QUEUED);
        end(first);
        assertThat(first.status()).isEqualTo(Job.Status.FINISHED);
    }

    @Test
    void jobIsFoundByItsIdUntilItsTimeIsOverAfterItsEnd() throws Exception {
        Job job = submit("a");
        clock.step(Duration.ofHours(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).contains(job);

        end(job);
        clock.step(TIME_TO_LIVE.minusMillis(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).contains(job);

        clock.step(Duration.ofMillis(1));
        assertThat(jobs.find(job.id())).isEmpty();
        jobs.sweep();
        assertThat(jobs.find(job.id())).isEmpty();
        assertThat(jobs.find("never")).isEmpty();
    }

    @Test
    void oneClientHasABoundOfItsOwn() throws Exception {
        Job first = submit("a");
        submit("a");
        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        submit("b");

        end(first);
        clock.step(TIME_TO_LIVE);
        submit("a");
        assertThat(starts).isEqualTo(4);
    }

    @Test
    void allClientsTogetherHaveABound() throws Exception {
        submit("a");
        submit("b");
        submit("c");
        assertNoneOfAll("a");
        submit("d"); // has none, and did not fill it
        assertNoneOfAll("d");
        assertNoneOfAll("e");
        assertThat(starts).isEqualTo(4);
    }

    private void assertNoneOfAll(String client) {
        assertThatThrownBy(() -> submit(client))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isFalse());
    }

    @Test
    void whatIsKeptOfOneClientAndOfAllHasABoundInMemory() throws Exception {
        Gate gateOfA = jobs.gate("a");
        Job first = submit("a");
        gateOfA.check();
        first.answer().complete(new byte[600]);

        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        assertThatThrownBy(gateOfA::check).isInstanceOf(RefusedException.class);
        Gate gateOfB = jobs.gate("b");
        Job second = submit("b");
        gateOfB.check();
        second.answer().complete(new byte[450]);

        assertNoneOfAll("b");
        assertThatThrownBy(gateOfB::check).isInstanceOf(RefusedException.class);
        Gate gateOfC = jobs.gate("c");
        gateOfC.check();
        submit("c").answer().complete(new byte[450]); // has nothing, and did not fill it

        Gate gateOfD = jobs.gate("d");
        assertNoneOfAll("d");
        assertThatThrownBy(gateOfD::check).isInstanceOf(RefusedException.class);
        assertThat(starts).isEqualTo(3);

        clock.step(TIME_TO_LIVE);
        gateOfD.check();
        gateOfC.check();
        gateOfA.check();
        submit("a");
    }

    @Test
    void whatCameOfAProgramIsKeptOnceOnly() throws Exception {
        Job job = submit("a");
        assertThat(job.execution()).isPresent();
        end(job);
        assertThat(job.execution()).isEmpty();
        assertThat(job.isRefused()).isFalse();
    }

    @Test
    void sameKeyAndBodyIsTheSameJob() throws Exception {
        Job first = submit("a", "k", "body");

        assertThat(submit("a", "k", "body")).isSameAs(first);
        assertThat(starts).isEqualTo(1);
        assertThat(submit("a", "other", "body")).isNotSameAs(first);
        assertThat(submit("b", "k", "body")).isNotSameAs(first);
    }

    @Test
    void sameKeyWithAnotherBodyIsRefusedUntilTheFirstIsForgotten() throws Exception {
        Job first = submit("a", "k", "body");
        assertThatThrownBy(() -> submit("a", "k", "another")).isInstanceOf(KeyReusedException.class);
        assertThat(starts).isEqualTo(1);

        end(first);
        clock.step(TIME_TO_LIVE);
        assertThat(submit("a", "k", "another")).isNotSameAs(first);
    }

    private static final class Idle implements Sandbox {

        @Override
        public SandboxRun open(Program program) {
            throw new AssertionError("nothing runs here");
        }

        @Override
        public SandboxSession openSession(SessionTerms terms) {
            throw new AssertionError("no session here");
        }

        @Override
        public SandboxStatus status() {
            return new SandboxStatus(
                    Optional.of("idle"), List.of(), false, Optional.of("3"), Optional.empty(), Duration.ZERO);
        }

        @Override
        public void close() {}
    }
}
