package org.pyexec.execution;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.pyexec.sandbox.SandboxRun;

/** A program that has been accepted, until its outcome is there. Safe for use by many threads. */
public final class Execution {

    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    // mutable state, guarded by this
    private State state;

    /** How far it is. */
    private sealed interface State {}

    /** It waits, or is about to begin. */
    private record Queued(Admission admission) implements State {}

    private record Running(SandboxRun run) implements State {}

    /**
     * It is to end, and has not ended yet.
     *
     * @param run if it had begun
     */
    private record Stopping(Wish wish, Optional<SandboxRun> run) implements State {}

    private enum Wish {
        CANCELLED,
        ABANDONED
    }

    /** There is an outcome, or it is known that there will be none. */
    private sealed interface Ended extends State {}

    private record Completed() implements Ended {}

    private record Refused() implements Ended {}

    private record Failed() implements Ended {}

    /**
     * One that is to be admitted.
     *
     * @param admission made for this execution, and not started yet
     */
    Execution(Function<Execution, Admission> admission) {
        this.state = new Queued(admission.apply(this));
    }

    private Execution(RefusedException refusal) {
        this.state = new Refused();
        outcome.completeExceptionally(refusal);
    }

    /** One that was refused at once. */
    static Execution refused(RefusedException refusal) {
        return new Execution(refusal);
    }

    /**
     * Completed on a thread of the executor, with the outcome, or with {@link RefusedException} if the program was not run, or
     * with an unchecked exception if the server broke; what is attached to it must be short.
     */
    public CompletionStage<Outcome> outcome() {
        return outcome;
    }

    /** Whether it waits for its target or a slot. */
    public synchronized boolean isQueued() {
        return state instanceof Queued queued && queued.admission().isWaiting();
    }

    /** Whether it waits no longer: it runs or has run, or is about to. */
    public synchronized boolean isUnderWay() {
        return !isQueued() && !isRefused();
    }

    /** Whether it is known already that there will be no outcome. */
    public synchronized boolean isRefused() {
        return state instanceof Refused || state instanceof Failed;
    }

    /** Asks for what it needs. Called once; returns at once. */
    void start() {
        if (current() instanceof Queued queued) {
            queued.admission().start();
        }
    }

    private synchronized State current() {
        return state;
    }

    /** Nobody waits for it any more: it leaves the queue, or its program ends. Idempotent; returns at once. */
    public void abandon() {
        State before = stop(Wish.ABANDONED);
        if (before instanceof Queued queued) {
            queued.admission().cancel(abandonment());
        } else {
            runOf(before).ifPresent(SandboxRun::close);
        }
    }

    /** Ends it, with an outcome that says so and has what there is until then; unless it has ended. Returns at once. */
    public void cancel() {
        State before = stop(Wish.CANCELLED);
        if (before instanceof Queued queued) {
            queued.admission().cancel(new CancellationException());
        } else if (before instanceof Running running) {
            running.run().cancel();
        }
    }

    /** Returns the state before. What has ended stays as it is, and what is abandoned is not cancelled any more. */
    private synchronized State stop(Wish wish) {
        State before = state;
        boolean ignored = before instanceof Ended || (before instanceof Stopping && wish == Wish.CANCELLED);
        if (!ignored) {
            state = new Stopping(wish, runOf(before));
        }
        return before;
    }

    private static Optional<SandboxRun> runOf(State state) {
        if (state instanceof Running running) {
            return Optional.of(running.run());
        }
        return state instanceof Stopping stopping ? stopping.run() : Optional.empty();
    }

    static RefusedException abandonment() {
        return new RefusedException(Refusal.ABANDONED, "The client has gone.");
    }

    synchronized boolean isCancelled() {
        return state instanceof Stopping stopping && stopping.wish() == Wish.CANCELLED;
    }

    synchronized boolean isAbandoned() {
        return state instanceof Stopping stopping && stopping.wish() == Wish.ABANDONED;
    }

    /** The program runs; it is ended where that was wished before the sandbox was there. */
    void running(SandboxRun run) {
        State before;
        synchronized (this) {
            before = state;
            state = before instanceof Stopping stopping
                    ? new Stopping(stopping.wish(), Optional.of(run))
                    : new Running(run);
        }
        if (before instanceof Stopping stopping) {
            end(run, stopping.wish());
        }
    }

    private static void end(SandboxRun run, Wish wish) {
        if (wish == Wish.ABANDONED) {
            run.close();
        } else {
            run.cancel();
        }
    }

    void complete(Outcome result) {
        end(new Completed());
        outcome.complete(result);
    }

    /** It was not run, or nothing is kept of it. */
    void refuse(RefusedException refusal) {
        end(new Refused());
        outcome.completeExceptionally(refusal);
    }

    /** The server broke. */
    void fail(Throwable failure) {
        end(new Failed());
        outcome.completeExceptionally(failure);
    }

    /** The first end counts. */
    private synchronized void end(Ended end) {
        if (!(state instanceof Ended)) {
            state = end;
        }
    }
}
