package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.files.UnreachableFileStore;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Inputs;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SessionTerms;

/** A program whose file was there when the request was read, and is not there when it begins. */
class LostInputTest {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void fileThatHasGoneIsTheClientsMistake() {
        assertThat(refusal(new InputGoneException("gone"))).isEqualTo(Refusal.INPUT_GONE);
    }

    @Test
    void storeThatCannotBeReachedIsNot() {
        InputGoneException lost = new InputGoneException("lost", new StoreUnreachableException("no answer"));

        assertThat(refusal(lost)).isEqualTo(Refusal.STORE_UNREACHABLE);
    }

    private Refusal refusal(InputGoneException why) {
        Executions executions = new Executions(
                new ExecutionSettings(1, 10, Duration.ofSeconds(30), false, 1000),
                new Losing(why),
                new UnreachableFileStore(),
                new Memory(64 << 20),
                Runnable::run,
                timer,
                Clock.systemUTC());
        Program program = new Program("1", Duration.ofSeconds(1), false, Inputs.NONE, Limits.OF_THE_SERVER, true);
        Execution execution = executions.run(program, Client.local("client"));
        CompletionException failure = catchThrowableOfType(
                CompletionException.class,
                () -> execution.outcome().toCompletableFuture().join());
        if (!(failure.getCause() instanceof RefusedException refused)) {
            throw new AssertionError(failure);
        }
        return refused.refusal();
    }

    /** Never gets a program's file. */
    private record Losing(InputGoneException why) implements Sandbox {

        @Override
        public SandboxRun open(Program program) throws InputGoneException {
            throw why;
        }

        @Override
        public SandboxSession openSession(SessionTerms terms) {
            throw new AssertionError("no session is wanted");
        }

        @Override
        public SandboxStatus status() {
            return new SandboxStatus(
                    Optional.of("fake"), List.of(), false, Optional.of("3.9"), Optional.empty(), Duration.ZERO);
        }

        @Override
        public void close() {}
    }
}
