package org.pyexec.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pyexec.SteppedClock;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.ExecutionSettings;
import org.pyexec.execution.Executions;
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

    private final ExecutorService requests = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SteppedClock clock = new SteppedClock();
    private final Memory memory = new Memory(1 << 20);
    private final Jobs jobs = new Jobs(new JobSettings(TIME_TO_LIVE, 3, 1000), memory, clock);
    private FileStore files;
    private Executions executions;
    private final AtomicInteger starts = new AtomicInteger();
    private final List<CompletableFuture<byte[]>> answers = new CopyOnWriteArrayList<>();

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

    private Jobs.Started start() {
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
    private static Client client(String name) {
        ClientLimits usual = ClientLimits.USUAL;
        return new Client(
                name,
                InetAddress.getLoopbackAddress(),
                new ClientLimits(2, usual.replies(), usual.streams(), usual.waitingReplies(), usual.share()));
    }

    private JobView submit(String client) throws Exception {
        return accepted(jobs.submit(client(client), NO_KEY, this::start));
    }

    private JobView submit(String client, String key, String fingerprint) throws Exception {
        return accepted(jobs.submit(client(client), Optional.of(new IdempotencyKey(key, fingerprint)), this::start));
    }

    private static JobView accepted(Submission submission) {
        assertThat(submission).isInstanceOf(Submission.Accepted.class);
        return ((Submission.Accepted) submission).job();
    }

    /** Ends the one that was started last, or so many before. */
    private void end(int before) {
        answers.get(answers.size() - 1 - before).complete(new byte[] {'1'});
    }

    private void endLast(int bytes) {
        answers.get(answers.size() - 1).complete(new byte[bytes]);
    }

    private JobStatus status(JobView job) {
        return jobs.find(job.id()).orElseThrow().status();
    }

    @Test
    void statusFollowsTheProgram() throws Exception {
        JobView first = submit("a");
        JobView second = submit("a");

        assertThat(status(first)).isEqualTo(JobStatus.RUNNING);
        assertThat(status(second)).isEqualTo(JobStatus.QUEUED);
        end(1);
        assertThat(status(first)).isEqualTo(JobStatus.FINISHED);
        assertThat(jobs.find(first.id()).orElseThrow().answer()).contains(new byte[] {'1'});
        assertThat(first.client()).isEqualTo("a");
    }

    @Test
    void jobIsFoundByItsIdUntilItsTimeIsOverAfterItsEnd() throws Exception {
        JobView job = submit("a");
        clock.step(Duration.ofHours(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).contains(job);

        end(0);
        clock.step(TIME_TO_LIVE.minusMillis(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).isPresent();

        clock.step(Duration.ofMillis(1));
        assertThat(jobs.find(job.id())).isEmpty();
        jobs.sweep();
        assertThat(jobs.find(job.id())).isEmpty();
        assertThat(jobs.find("never")).isEmpty();
    }

    @Test
    void oneClientHasABoundOfItsOwn() throws Exception {
        JobView first = submit("a");
        submit("a");
        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        submit("b");

        assertThat(jobs.find(first.id())).isPresent();
        end(2);
        clock.step(TIME_TO_LIVE);
        submit("a");
        assertThat(starts).hasValue(4);
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
        assertThat(starts).hasValue(4);
    }

    private void assertNoneOfAll(String client) {
        assertThatThrownBy(() -> submit(client))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isFalse());
    }

    @Test
    void whatIsKeptOfOneClientAndOfAllHasABoundInMemory() throws Exception {
        AdmissionCheck checkOfA = jobs.admissionCheck(client("a"));
        submit("a");
        checkOfA.check();
        endLast(600);

        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        assertThatThrownBy(checkOfA::check).isInstanceOf(RefusedException.class);
        AdmissionCheck checkOfB = jobs.admissionCheck(client("b"));
        submit("b");
        checkOfB.check();
        endLast(450);

        assertNoneOfAll("b");
        assertThatThrownBy(checkOfB::check).isInstanceOf(RefusedException.class);
        AdmissionCheck checkOfC = jobs.admissionCheck(client("c"));
        checkOfC.check();
        submit("c");
        endLast(450); // has nothing, and did not fill it

        AdmissionCheck checkOfD = jobs.admissionCheck(client("d"));
        assertNoneOfAll("d");
        assertThatThrownBy(checkOfD::check).isInstanceOf(RefusedException.class);
        assertThat(starts).hasValue(3);

        clock.step(TIME_TO_LIVE);
        checkOfD.check();
        checkOfC.check();
        checkOfA.check();
        submit("a");
    }

    @Test
    void whatCameOfAProgramIsKeptOnceOnly() throws Exception {
        Jobs.Started started = start();
        Job job = new Job("id", "a", started.running(), started.answer());
        assertThat(job.execution()).isPresent();
        end(0);
        job.settle();
        assertThat(job.execution()).isEmpty();
        assertThat(job.follow(0).refused().getAsBoolean()).isFalse();
    }

    @Test
    void aStartDoesNotKeepOthersWaiting() throws Exception {
        JobView known = submit("a");
        Submission submission = jobs.submit(client("b"), NO_KEY, () -> {
            assertThat(CompletableFuture.supplyAsync(() -> jobs.find(known.id()))
                            .join())
                    .isPresent();
            return start();
        });
        accepted(submission);
    }

    @Test
    void jobThatIsBeingStartedCountsAndIsNotFoundYet() throws Exception {
        submit("a");
        jobs.submit(client("a"), NO_KEY, () -> {
            assertThatThrownBy(() -> submit("a")).isInstanceOf(TooManyException.class);
            return start();
        });
        assertThat(starts).hasValue(2);
    }

    @Test
    void requestsOfOneKeyAtTheSameTimeStartOneJob() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<JobView> first = later(() -> accepted(jobs.submit(client("a"), key("k"), () -> {
            starting.countDown();
            awaitUninterruptibly(goOn);
            return start();
        })));
        awaitUninterruptibly(starting);
        assertThatThrownBy(() -> submit("a", "k", "another")).isInstanceOf(KeyReusedException.class);
        List<CompletableFuture<JobView>> others = Stream.generate(() -> later(() -> submit("a", "k", "body")))
                .limit(8)
                .toList();

        goOn.countDown();

        String id = first.join().id();
        assertThat(others).allSatisfy(other -> assertThat(other.join().id()).isEqualTo(id));
        assertThat(starts).hasValue(1);
    }

    @Test
    void requestThatWaitedForAStartThatFailsHasItsOwn() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<JobView> first = later(() -> accepted(jobs.submit(client("a"), key("k"), () -> {
            starting.countDown();
            awaitUninterruptibly(goOn);
            throw new IllegalStateException("no");
        })));
        awaitUninterruptibly(starting);
        CompletableFuture<JobView> second = later(() -> submit("a", "k", "body"));

        goOn.countDown();

        assertThat(first).failsWithin(Duration.ofMinutes(1));
        assertThat(jobs.find(second.join().id())).isPresent();
        assertThat(starts).hasValue(1);
        submit("a"); // the failed one takes no place
    }

    private static Optional<IdempotencyKey> key(String key) {
        return Optional.of(new IdempotencyKey(key, "body"));
    }

    private CompletableFuture<JobView> later(Callable<JobView> call) {
        CompletableFuture<JobView> result = new CompletableFuture<>();
        requests.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sameKeyAndBodyIsTheSameJob() throws Exception {
        JobView first = submit("a", "k", "body");

        assertThat(submit("a", "k", "body").id()).isEqualTo(first.id());
        assertThat(starts).hasValue(1);
        assertThat(submit("a", "other", "body").id()).isNotEqualTo(first.id());
        assertThat(submit("b", "k", "body").id()).isNotEqualTo(first.id());
    }

    @Test
    void sameKeyWithAnotherBodyIsRefusedUntilTheFirstIsForgotten() throws Exception {
        JobView first = submit("a", "k", "body");
        assertThatThrownBy(() -> submit("a", "k", "another")).isInstanceOf(KeyReusedException.class);
        assertThat(starts).hasValue(1);

        end(0);
        clock.step(TIME_TO_LIVE);
        assertThat(submit("a", "k", "another").id()).isNotEqualTo(first.id());
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
