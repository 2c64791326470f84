package org.pyexec.execution;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.pyexec.files.FileStore;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SandboxUnavailableException;

/** Runs programs: takes a slot, opens a sandbox, collects what comes. Safe for use by many threads. */
public final class Executions {

    /** Programs wait in memory; one that is longer takes more places in the queue. */
    private static final int BYTES_PER_PLACE = 256 << 10;

    private final ExecutionSettings settings;
    private final Sandbox sandbox;
    private final FileStore files;
    private final Executor executor;
    private final Clock clock;
    private final Slots slots;

    /**
     * @param executor where programs are waited for: one thread each while they run
     * @param timer for those that wait for a slot
     */
    public Executions(
            ExecutionSettings settings,
            Sandbox sandbox,
            FileStore files,
            Executor executor,
            ScheduledExecutorService timer,
            Clock clock) {
        this.settings = settings;
        this.sandbox = sandbox;
        this.files = files;
        this.executor = executor;
        this.clock = clock;
        this.slots = new Slots(settings.maxConcurrent(), settings.maxQueued(), settings.patience(), timer);
    }

    /** How many programs run and wait, and how many could run at once. */
    public record Load(int running, int queued, int capacity) {}

    public Load load() {
        return new Load(slots.running(), slots.queued(), settings.maxConcurrent());
    }

    public SandboxStatus sandbox() {
        return sandbox.status();
    }

    /** Whether a program that asks for the network can be given it. */
    public boolean networkAvailable() {
        return settings.networkAllowed() && sandbox.status().network();
    }

    /**
     * Runs a program. Returns at once.
     *
     * @param client who shares the slots fairly with others
     */
    public Execution run(Program program, String client) {
        return take(program, client, Optional.empty());
    }

    /**
     * Runs a program that can be followed while it runs. Returns at once.
     *
     * @param client who shares the slots fairly with others
     * @param transcript a new one; what paces it already does so from the beginning
     */
    public StreamedExecution run(Program program, String client, Transcript transcript) {
        Execution execution = take(program, client, Optional.of(transcript));
        execution.outcome().whenComplete((outcome, failure) -> transcript.end());
        return new StreamedExecution(execution, transcript);
    }

    private Execution take(Program program, String client, Optional<Transcript> transcript) {
        if (program.network() && !networkAvailable()) {
            return Execution.refused(new RefusedException(
                    Refusal.NETWORK_UNAVAILABLE, "This server runs programs without network access."));
        }
        Execution execution = new Execution();
        CompletableFuture<Slots.Lease> slot = slots.take(client, (int) (1 + program.heldBytes() / BYTES_PER_PLACE));
        execution.queued(slot);
        CompletionStage<Slots.Lease> unused = slot.whenComplete((lease, failure) -> {
            if (failure == null) {
                start(program, lease, execution, transcript);
            } else if (execution.isCancelled()) {
                execution.complete(Outcome.cancelled(clock.instant(), sandbox.status()));
            } else {
                execution.fail(refusalOf(failure));
            }
        });
        return execution;
    }

    private void start(Program program, Slots.Lease lease, Execution execution, Optional<Transcript> transcript) {
        try {
            executor.execute(() -> perform(program, lease, execution, transcript));
        } catch (RejectedExecutionException e) {
            lease.close();
            execution.fail(
                    new RefusedException(Refusal.BUSY, "The application server takes no more work at the moment.", e));
        }
    }

    /** The way of one program; the outcome is told at once, and the slot is free again when the sandbox is gone. */
    private void perform(Program program, Slots.Lease lease, Execution execution, Optional<Transcript> transcript) {
        try (lease;
                SandboxRun run = sandbox.open(program);
                OutcomeCollector collector = new OutcomeCollector(files, settings.maxFileBytes())) {
            execution.running(run);
            RunReport report = run.await(listener(program, collector, transcript));
            execution.complete(collector.outcome(report, clock.instant(), sandbox.status()));
            run.awaitGone();
        } catch (SandboxUnavailableException e) {
            execution.fail(new RefusedException(Refusal.SANDBOX_UNAVAILABLE, String.valueOf(e.getMessage()), e));
        } catch (InputGoneException e) {
            execution.fail(new RefusedException(Refusal.INPUT_GONE, String.valueOf(e.getMessage()), e));
        } catch (IOException e) {
            execution.fail(
                    execution.isAbandoned()
                            ? Execution.abandonment()
                            : new RefusedException(
                                    Refusal.SANDBOX_UNAVAILABLE,
                                    "The sandbox failed while the program ran; try again.",
                                    e));
        } catch (RuntimeException | Error e) {
            execution.fail(e);
        }
    }

    private static RunListener listener(Program program, OutcomeCollector collector, Optional<Transcript> transcript) {
        return transcript.isPresent()
                ? new TranscribingListener(
                        collector,
                        transcript.get(),
                        System.nanoTime() + program.timeout().toNanos())
                : collector;
    }

    private Throwable refusalOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            return new RefusedException(
                    Refusal.BUSY,
                    "No slot was free for %d seconds."
                            .formatted(settings.patience().toSeconds()));
        }
        return cause;
    }
}
