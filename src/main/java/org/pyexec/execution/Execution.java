package org.pyexec.execution;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.pyexec.sandbox.SandboxRun;

/** A program that has been taken on. Safe for use by many threads. */
public final class Execution {

    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    // mutable state, guarded by this
    private boolean hadSlotAtOnce;
    private boolean abandoned;
    private boolean cancelled;
    private @Nullable CompletableFuture<?> place;
    private @Nullable SandboxRun run;

    Execution() {}

    /** One that was refused at once. */
    static Execution refused(RefusedException refusal) {
        Execution execution = new Execution();
        execution.fail(refusal);
        return execution;
    }

    /**
     * Completed on a thread of the executor, with the outcome, or with {@link RefusedException} if the program was not run, or
     * with an unchecked exception if the server broke; what is attached to it must be short.
     */
    public CompletionStage<Outcome> outcome() {
        return outcome;
    }

    /** Whether it had a slot at once; otherwise it waits in the queue, or is refused already. */
    public synchronized boolean hadSlotAtOnce() {
        return hadSlotAtOnce;
    }

    /** Whether it is known already that there will be no outcome. */
    public boolean isRefused() {
        return outcome.isCompletedExceptionally();
    }

    /** Nobody waits for it any more: it leaves the queue, or its program ends. Idempotent; returns at once. */
    public void abandon() {
        CompletableFuture<?> waiting;
        SandboxRun running;
        synchronized (this) {
            abandoned = true;
            waiting = place;
            running = run;
        }
        if (waiting != null) {
            waiting.completeExceptionally(abandonment());
        }
        if (running != null) {
            running.close();
        }
    }

    /** Ends it, with an outcome that says so and has what there is until then; unless it has ended. Returns at once. */
    public void cancel() {
        CompletableFuture<?> waiting;
        SandboxRun running;
        synchronized (this) {
            cancelled = true;
            waiting = place;
            running = run;
        }
        if (waiting != null) {
            waiting.completeExceptionally(new CancellationException());
        }
        if (running != null) {
            running.cancel();
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Whether it waits for a slot. */
    public synchronized boolean isQueued() {
        return place != null && !place.isDone();
    }

    static RefusedException abandonment() {
        return new RefusedException(Refusal.ABANDONED, "The client has gone.");
    }

    synchronized boolean isAbandoned() {
        return abandoned;
    }

    /** Where it waits, or has waited; one place after another. It waits there no longer if nobody wants it any more. */
    void queued(CompletableFuture<?> where) {
        boolean unwanted;
        boolean toBeCancelled;
        synchronized (this) {
            boolean atOnce = where.isDone() && !where.isCompletedExceptionally();
            hadSlotAtOnce = atOnce && (place == null || hadSlotAtOnce);
            place = where;
            unwanted = abandoned;
            toBeCancelled = cancelled;
        }
        if (unwanted) {
            where.completeExceptionally(abandonment());
        } else if (toBeCancelled) {
            where.completeExceptionally(new CancellationException());
        }
    }

    /** The program runs; ends it if nobody wants it any more. */
    void running(SandboxRun running) {
        boolean unwanted;
        boolean toBeCancelled;
        synchronized (this) {
            run = running;
            unwanted = abandoned;
            toBeCancelled = cancelled;
        }
        if (unwanted) {
            running.close();
        } else if (toBeCancelled) {
            running.cancel();
        }
    }

    void complete(Outcome result) {
        outcome.complete(result);
    }

    void fail(Throwable failure) {
        outcome.completeExceptionally(failure);
    }
}
