package org.pyexec.execution;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pyexec.memory.Memory;

/**
 * Admits one program: waits for the lease of its target, then for a slot, then for a thread, and makes the last check
 * there. If any of these fails, everything taken so far is given back. Safe for use by many threads.
 */
final class Admission {

    private final Candidate candidate;
    private final Slots slots;
    private final Executor executor;
    private final Memory.Share memory;

    // mutable state, guarded by this
    private @Nullable CompletableFuture<?> step; // what it waits for, or has had last
    private @Nullable Throwable cancelled;

    /**
     * @param memory holds already what the program needs while it waits; belongs to the admission from now on
     * @param executor where the candidate is told that it is admitted
     */
    Admission(Candidate candidate, Slots slots, Executor executor, Memory.Share memory) {
        this.candidate = candidate;
        this.slots = slots;
        this.executor = executor;
        this.memory = memory;
    }

    /** Who asks for admission. Either {@link #admitted} or {@link #refused} is called, once. */
    interface Candidate {

        ExecutionRequest request();

        /** Called on a thread of the executor; what is held is given back when it returns. */
        void admitted(Admitted held);

        /**
         * Called when everything has been given back, on whatever thread that is.
         *
         * @param why a {@link RefusedException}, a {@link java.util.concurrent.TimeoutException} if no slot was free in time,
         *     what it was cancelled with, or what the executor threw
         */
        void refused(Throwable why);
    }

    /** What an admitted program holds until its end. */
    record Admitted(Memory.Share memory, TargetLease target, Slots.Lease slot) implements AutoCloseable {

        @Override
        public void close() {
            try (memory;
                    target;
                    slot) {
                // in the reverse order of their coming
            }
        }
    }

    /** Begins to wait. Called once; returns at once. */
    void start() {
        await(candidate.request().target().lease(), this::takeSlot, () -> {});
    }

    /**
     * Stops waiting: the candidate is refused for this reason, unless it was refused or admitted already. Idempotent; returns
     * at once.
     */
    void cancel(Throwable why) {
        CompletableFuture<?> waiting;
        synchronized (this) {
            cancelled = cancelled == null ? why : cancelled;
            waiting = step;
        }
        if (waiting != null) {
            waiting.completeExceptionally(why); // nothing happens to what is there already
        }
    }

    /** Whether it waits for its target or for a slot. */
    synchronized boolean isWaiting() {
        return step != null && !step.isDone();
    }

    private void takeSlot(TargetLease target) {
        CompletableFuture<Slots.Lease> wanted;
        try {
            wanted =
                    slots.take(candidate.request().client(), candidate.request().places());
        } catch (RuntimeException | Error e) { // the timer takes nothing more when the server ends
            refuse(target::close, e);
            return;
        }
        await(wanted, slot -> enter(new Admitted(memory, target, slot)), target::close);
    }

    private <T> void await(CompletableFuture<T> next, Consumer<T> onceThere, Runnable giveBack) {
        Throwable unwanted;
        synchronized (this) {
            step = next;
            unwanted = cancelled;
        }
        if (unwanted != null) {
            next.completeExceptionally(unwanted);
        }
        CompletionStage<T> unused = next.whenComplete((value, failure) -> {
            if (failure == null) {
                onceThere.accept(value);
            } else {
                refuse(giveBack, causeOf(failure));
            }
        });
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private void enter(Admitted held) {
        try {
            executor.execute(() -> admit(held));
        } catch (RejectedExecutionException e) {
            refuse(
                    held::close,
                    new RefusedException(Refusal.BUSY, "The application server takes no more work at the moment.", e));
        } catch (RuntimeException | Error e) { // whatever it is: a slot that is not given back is lost for all
            refuse(held::close, e);
        }
    }

    private void admit(Admitted held) {
        Optional<Throwable> obstacle = obstacle();
        if (obstacle.isPresent()) {
            refuse(held::close, obstacle.get());
            return;
        }
        try (held) {
            candidate.admitted(held);
        }
    }

    private Optional<Throwable> obstacle() {
        synchronized (this) {
            if (cancelled != null) {
                return Optional.of(cancelled);
            }
        }
        try {
            candidate.request().check().check();
            return Optional.empty();
        } catch (RefusedException | RuntimeException | Error e) {
            return Optional.of(e);
        }
    }

    private void refuse(Runnable giveBack, Throwable why) {
        giveBack.run();
        memory.close();
        candidate.refused(why);
    }
}
