package org.pyexec.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pyexec.SteppedClock;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.ExecutionSettings;
import org.pyexec.execution.Executions;
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

/** Jobs whose programs are never run: the tests play their ends. */
abstract class JobsFixture {

    static final Duration TIME_TO_LIVE = Duration.ofMinutes(10);
    static final Optional<IdempotencyKey> NO_KEY = Optional.empty();

    final ExecutorService requests = Executors.newCachedThreadPool();
    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    final SteppedClock clock = new SteppedClock();
    final Memory memory = new Memory(1 << 20);
    final Jobs jobs = new Jobs(new JobSettings(TIME_TO_LIVE, 3, 1000), memory, clock);
    FileStore files;
    Executions executions;
    final AtomicInteger starts = new AtomicInteger();
    final List<CompletableFuture<byte[]>> answers = new CopyOnWriteArrayList<>();

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
        requests.shutdownNow();
    }

    Jobs.Started start() {
        starts.incrementAndGet();
        Program program = new Program("1", Duration.ofSeconds(1), false);
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        answers.add(answer);
        return new Jobs.Started(
                executions.run(
                        program,
                        executions.freshSandbox(),
                        AdmissionCheck.OPEN,
                        Client.local("client"),
                        new Transcript()),
                answer);
    }

    /** One whose limit is two jobs. */
    static Client client(String name) {
        ClientLimits usual = ClientLimits.USUAL;
        return new Client(
                name,
                InetAddress.getLoopbackAddress(),
                new ClientLimits(2, usual.replies(), usual.streams(), usual.waitingReplies(), usual.share()));
    }

    JobView submit(String client) throws Exception {
        return accepted(jobs.submit(client(client), NO_KEY, this::start));
    }

    JobView submit(String client, String key, String fingerprint) throws Exception {
        return accepted(jobs.submit(client(client), Optional.of(new IdempotencyKey(key, fingerprint)), this::start));
    }

    static JobView accepted(Submission submission) {
        assertThat(submission).isInstanceOf(Submission.Accepted.class);
        return ((Submission.Accepted) submission).job();
    }

    /** Ends the one that was started last, or so many before. */
    void end(int before) {
        answers.get(answers.size() - 1 - before).complete(new byte[] {'1'});
    }

    void endLast(int bytes) {
        answers.get(answers.size() - 1).complete(new byte[bytes]);
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
