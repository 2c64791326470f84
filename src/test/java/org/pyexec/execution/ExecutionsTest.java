package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.client.Client;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.MemoryFileStore;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.Inputs;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.Program;

/** What programs take of the memory, from their arrival to their outcome. */
class ExecutionsTest {

    static final int MIB = 1 << 20;

    private final Memory memory = new Memory(64 * MIB);
    private final PrintingSandbox sandbox = new PrintingSandbox(memory);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private FileStore files;
    private Executions executions;

    @BeforeEach
    void open() throws IOException {
        files = new MemoryFileStore(new FileStoreSettings(Duration.ofMinutes(10), MIB, MIB), Clock.systemUTC());
        ExecutionSettings settings = new ExecutionSettings(1, 10, Duration.ofSeconds(30), false, 1000);
        executions = new Executions(settings, sandbox, files, memory, Runnable::run, timer, Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        timer.shutdownNow();
    }

    private Outcome run(String code) {
        return executions
                .run(program(code), Client.local("client"))
                .outcome()
                .toCompletableFuture()
                .join();
    }

    private static Program program(String code) {
        return new Program(code, Duration.ofSeconds(1), false, Inputs.NONE, Limits.OF_THE_SERVER, true);
    }

    private void assertBusy(String code) {
        assertThatThrownBy(() -> run(code))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("memory");
        assertThat(memory.heldBytes()).isZero();
        assertThat(executions.load().running()).isZero();
        assertThat(files.liveCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, IllegalStateException.class, RejectedExecutionException.class})
    void whateverTheExecutorThrowsGivesEverythingBack(Class<? extends Throwable> thrown) throws Exception {
        Throwable failure = thrown.getConstructor(String.class).newInstance("no");
        ExecutionSettings settings = new ExecutionSettings(1, 10, Duration.ofSeconds(30), false, 1000);
        Executor failing = task -> {
            throw ExecutionsTest.<RuntimeException>unchecked(failure);
        };
        Executions none = new Executions(settings, sandbox, files, memory, failing, timer, Clock.systemUTC());
        for (int i = 0; i < 3; i++) {
            assertThat(none.run(program("1"), Client.local("client")).outcome().toCompletableFuture())
                    .failsWithin(Duration.ofMinutes(1));
        }
        assertThat(none.load().running()).isZero();
        assertThat(memory.heldBytes()).isZero();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T unchecked(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void outputTakesMemoryUntilTheOutcomeIsThere() {
        sandbox.printed = MIB;
        assertThat(run("1").stdout()).hasSize(MIB);
        assertThat(sandbox.heldAtItsEnd).isBetween(4L * MIB, 16L * MIB);
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void outputForWhichThereIsNoRoomEndsTheProgramAndKeepsNothing() {
        sandbox.printed = 4 * MIB;
        assertBusy("1");
        assertThat(sandbox.cancelled).isTrue();
        sandbox.printed = 10;
        assertThat(run("1").stdout()).hasSize(10);
    }

    @Test
    void outputThatBecomesTooLongAnAnswerIsRefused() {
        sandbox.printed = 2 * MIB + MIB / 4; // zeros, which are six characters each in JSON
        assertBusy("1");
    }

    @Test
    void resultsForWhichThereIsNoRoomAreNotRead() {
        sandbox.shown = 8 * MIB;
        assertBusy("1");
        assertThat(sandbox.wanted).isFalse();
        sandbox.shown = MIB;
        assertThat(run("1").report().results()).isPresent();
        assertThat(sandbox.wanted).isTrue();
    }

    @Test
    void programForWhichThereIsNoRoomIsRefusedAtOnce() {
        Execution execution = executions.run(program("#".repeat(10 * MIB)), Client.local("client"));
        assertThat(execution.isRefused()).isTrue();
        assertThat(sandbox.runs).isZero();
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void programsThatWaitHoldWhatTheyNeed() {
        sandbox.waiting = Optional.of(() -> {
            Execution waiting = executions.run(program("#".repeat(MIB)), Client.local("other"));
            assertThat(memory.heldBytes()).isGreaterThan(2 * MIB);
            waiting.abandon();
        });
        run("1");
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void outcomeNamesTheSandboxInWhichItBegan() {
        sandbox.diesInTheEnd = true;
        Outcome outcome = run("1");
        assertThat(executions.sandbox().ready()).isFalse();
        assertThat(outcome.python()).isEqualTo("3.9");
        assertThat(outcome.tier()).isEqualTo("fake");
    }
}
