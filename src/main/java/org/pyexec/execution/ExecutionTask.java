package org.pyexec.execution;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.pyexec.files.FileStore;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxUnavailableException;

/** Runs one program when it is admitted, and completes its execution with the outcome. */
final class ExecutionTask implements Admission.Candidate {

    private final ExecutionRequest request;
    private final Services services;
    private final Execution execution;
    private final long arrivedNanos = System.nanoTime();

    /**
     * @param execution is told of the end
     */
    ExecutionTask(ExecutionRequest request, Services services, Execution execution) {
        this.request = request;
        this.services = services;
        this.execution = execution;
    }

    /** What all tasks share. */
    record Services(ExecutionSettings settings, Sandbox sandbox, FileStore files, Clock clock) {}

    @Override
    public ExecutionRequest request() {
        return request;
    }

    /** The outcome is told at once, and what is held is given back when the sandbox is gone. */
    @Override
    public void admitted(Admission.Admitted held) {
        try {
            run(held);
        } catch (RefusedException e) {
            execution.refuse(e);
        } catch (SandboxUnavailableException e) {
            execution.refuse(new RefusedException(Refusal.SANDBOX_UNAVAILABLE, String.valueOf(e.getMessage()), e));
        } catch (InputGoneException e) {
            execution.refuse(gone(e));
        } catch (IOException e) {
            execution.refuse(lost(e));
        } catch (RuntimeException | Error e) {
            execution.fail(e);
        }
    }

    private static RefusedException gone(InputGoneException why) {
        Refusal refusal =
                why.getCause() instanceof StoreUnreachableException ? Refusal.STORE_UNREACHABLE : Refusal.INPUT_GONE;
        return new RefusedException(refusal, String.valueOf(why.getMessage()), why);
    }

    private RefusedException lost(IOException why) {
        return execution.isAbandoned()
                ? Execution.abandonment()
                : new RefusedException(
                        Refusal.SANDBOX_UNAVAILABLE, "The sandbox failed while the program ran; try again.", why);
    }

    private void run(Admission.Admitted held)
            throws RefusedException, SandboxUnavailableException, InputGoneException, IOException {
        Duration waited = sinceArrival();
        try (SandboxRun run = held.target().open(request.program());
                OutcomeCollector collector = new OutcomeCollector(
                        services.files(),
                        request.client().name(),
                        services.settings().maxFileBytes())) {
            execution.running(run);
            MeteredListener listener = metered(collector, held, run);
            RunReport report = run.await(listener);
            Outcome outcome = collector.outcome(report, waited, services.clock().instant(), run.sandbox());
            tell(outcome, listener, collector);
            run.awaitGone();
        }
    }

    private MeteredListener metered(OutcomeCollector collector, Admission.Admitted held, SandboxRun run) {
        return new MeteredListener(
                transcribed(collector),
                request.transcript().isPresent(),
                held.memory(),
                request.heldBytes(),
                run::cancel);
    }

    private RunListener transcribed(OutcomeCollector collector) {
        Optional<Transcript> transcript = request.transcript();
        long deadlineNanos = System.nanoTime() + request.program().timeout().toNanos();
        return transcript.isPresent()
                ? new TranscribingListener(collector, transcript.get(), deadlineNanos)
                : collector;
    }

    private void tell(Outcome outcome, MeteredListener listener, OutcomeCollector collector) {
        try {
            listener.holdAnswer(outcome.heldByAnswer());
            execution.complete(outcome);
        } catch (NoRoomException e) {
            collector.takeBack();
            execution.refuse(RefusedException.busy(e));
        }
    }

    @Override
    public void refused(Throwable why) {
        if (execution.isCancelled()) {
            execution.complete(Outcome.cancelled(
                    request.program(),
                    request.target().untouched(),
                    sinceArrival(),
                    services.clock().instant(),
                    services.sandbox().status()));
        } else if (why instanceof RefusedException refusal) {
            execution.refuse(refusal);
        } else if (why instanceof TimeoutException) {
            long seconds = services.settings().patience().toSeconds();
            execution.refuse(new RefusedException(Refusal.BUSY, "No slot was free for %d seconds.".formatted(seconds)));
        } else {
            execution.fail(why);
        }
    }

    private Duration sinceArrival() {
        return Duration.ofNanos(System.nanoTime() - arrivedNanos);
    }
}
