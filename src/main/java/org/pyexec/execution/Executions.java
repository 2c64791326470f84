package org.pyexec.execution;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.pyexec.files.FileStore;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Packages;
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
    private static final int BYTES_PER_PLACE = 512 << 10; // 256 Ki characters

    private static final int LEAST_HELD = 16 << 10; // of a program that is as short as can be

    private final ExecutionSettings settings;
    private final Sandbox sandbox;
    private final FileStore files;
    private final Memory memory;
    private final Executor executor;
    private final Clock clock;
    private final Slots slots;
    private final ExecutionTarget fresh;

    /**
     * @param memory where a program takes what it needs, from its arrival to its answer
     * @param executor where programs are waited for: one thread each while they run
     * @param timer for those that wait for a slot
     */
    public Executions(
            ExecutionSettings settings,
            Sandbox sandbox,
            FileStore files,
            Memory memory,
            Executor executor,
            ScheduledExecutorService timer,
            Clock clock) {
        this.settings = settings;
        this.sandbox = sandbox;
        this.files = files;
        this.memory = memory;
        this.executor = executor;
        this.clock = clock;
        this.fresh = ExecutionTarget.fresh(sandbox);
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

    /** What programs can import; empty until that has been found out. */
    public Optional<Packages> packages() {
        return sandbox.packages();
    }

    /** Whether a program that asks for the network can be given it. */
    public boolean networkAvailable() {
        return settings.networkAllowed() && sandbox.status().network();
    }

    /** Where every program has a sandbox of its own. */
    public ExecutionTarget freshSandbox() {
        return fresh;
    }

    /**
     * Runs a program in a sandbox of its own. Returns at once.
     *
     * @param client who shares the slots fairly with others
     */
    public Execution run(Program program, String client) {
        return run(program, fresh, AdmissionCheck.OPEN, client);
    }

    /**
     * Runs a program. Returns at once.
     *
     * @param check if it is closed when the program's turn has come, the program is refused
     * @param client who shares the slots fairly with others
     */
    public Execution run(Program program, ExecutionTarget target, AdmissionCheck check, String client) {
        return take(program, target, check, client, Optional.empty());
    }

    /**
     * Runs a program that can be followed while it runs. Returns at once.
     *
     * @param check if it is closed when the program's turn has come, the program is refused
     * @param client who shares the slots fairly with others
     * @param transcript a new one; what paces it already does so from the beginning
     */
    public StreamedExecution run(
            Program program, ExecutionTarget target, AdmissionCheck check, String client, Transcript transcript) {
        Execution execution = take(program, target, check, client, Optional.of(transcript));
        execution.outcome().whenComplete((outcome, failure) -> transcript.end());
        return new StreamedExecution(execution, transcript);
    }

    private record Task(
            Program program,
            ExecutionTarget target,
            AdmissionCheck check,
            String client,
            Execution execution,
            Memory.Share share,
            Optional<Transcript> transcript,
            long arrivedNanos) {

        Duration sinceArrival() {
            return Duration.ofNanos(System.nanoTime() - arrivedNanos);
        }

        /** What of memory it needs before it prints. */
        long heldBytes() {
            return LEAST_HELD + program.heldBytes() * 3 / 2; // with the frame in which it is sent
        }
    }

    private Execution take(
            Program program,
            ExecutionTarget target,
            AdmissionCheck check,
            String client,
            Optional<Transcript> transcript) {
        if (program.network() && !networkAvailable()) {
            return Execution.refused(new RefusedException(
                    Refusal.NETWORK_UNAVAILABLE, "This server runs programs without network access."));
        }
        Task task = new Task(
                program, target, check, client, new Execution(), memory.share(client), transcript, System.nanoTime());
        try {
            task.share().hold(task.heldBytes());
        } catch (NoRoomException e) {
            return Execution.refused(busy(e));
        }
        return queue(task);
    }

    private static RefusedException busy(NoRoomException why) {
        return new RefusedException(Refusal.BUSY, String.valueOf(why.getMessage()), why);
    }

    private Execution queue(Task task) {
        CompletableFuture<TargetLease> turn = task.target().lease();
        task.execution().queued(turn);
        CompletionStage<TargetLease> unused = turn.whenComplete((right, failure) -> {
            if (failure == null) {
                takeSlot(task, right);
            } else {
                refuse(task, failure);
            }
        });
        return task.execution();
    }

    private void takeSlot(Task task, TargetLease turn) {
        int size = (int) (1 + task.program().heldBytes() / BYTES_PER_PLACE);
        CompletableFuture<Slots.Lease> slot = slots.take(task.client(), size);
        task.execution().queued(slot);
        CompletionStage<Slots.Lease> unused = slot.whenComplete((lease, failure) -> {
            if (failure == null) {
                start(task, turn, lease);
            } else {
                turn.close();
                refuse(task, failure);
            }
        });
    }

    private void refuse(Task task, Throwable failure) {
        task.share().close();
        Execution execution = task.execution();
        if (execution.isCancelled()) {
            execution.complete(Outcome.cancelled(
                    task.program(), task.target().untouched(), task.sinceArrival(), clock.instant(), sandbox.status()));
        } else {
            execution.fail(refusalOf(failure));
        }
    }

    private void start(Task task, TargetLease turn, Slots.Lease lease) {
        try {
            executor.execute(() -> perform(task, turn, lease));
        } catch (RuntimeException | Error e) { // whatever it is: a slot that is not given back is lost for all
            lease.close();
            turn.close();
            task.share().close();
            task.execution()
                    .fail(
                            e instanceof RejectedExecutionException
                                    ? new RefusedException(
                                            Refusal.BUSY, "The application server takes no more work at the moment.", e)
                                    : e);
        }
    }

    /** The way of one program; the outcome is told at once, and the slot is free again when the sandbox is gone. */
    private void perform(Task task, TargetLease turn, Slots.Lease lease) {
        Execution execution = task.execution();
        Duration waited = task.sinceArrival();
        try (Memory.Share share = task.share();
                turn;
                lease;
                SandboxRun run = begin(task, turn);
                OutcomeCollector collector = new OutcomeCollector(files, task.client(), settings.maxFileBytes())) {
            execution.running(run);
            MeteredListener listener = new MeteredListener(
                    listener(task.program(), collector, task.transcript()),
                    task.transcript().isPresent(),
                    share,
                    task.heldBytes(),
                    run::cancel);
            RunReport report = run.await(listener);
            Outcome outcome = collector.outcome(report, waited, clock.instant(), run.sandbox());
            try {
                listener.holdAnswer(outcome.heldByAnswer());
                execution.complete(outcome);
            } catch (NoRoomException e) {
                collector.takeBack();
                execution.fail(busy(e));
            }
            run.awaitGone();
        } catch (RefusedException e) {
            execution.fail(e);
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

    private static SandboxRun begin(Task task, TargetLease turn)
            throws RefusedException, SandboxUnavailableException, InputGoneException {
        task.check().check();
        return turn.open(task.program());
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
