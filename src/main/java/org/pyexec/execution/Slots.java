package org.pyexec.execution;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A bounded number of slots with a bounded, first-come queue before them. Safe for use by many threads. */
final class Slots {

    private final int capacity;
    private final int maxQueued;
    private final Duration patience;

    // mutable state, guarded by this
    private final Deque<Place> waiting = new ArrayDeque<>();
    private int taken;

    Slots(int capacity, int maxQueued, Duration patience) {
        this.capacity = capacity;
        this.maxQueued = maxQueued;
        this.patience = patience;
    }

    /** One slot, given back once by {@link #close}. */
    final class Lease implements AutoCloseable {

        // mutable state, guarded by the slots
        private boolean open = true;

        @Override
        public void close() {
            giveBack(this);
        }
    }

    /** A place in the queue. */
    private static final class Place {
        private final CompletableFuture<Lease> lease = new CompletableFuture<>();
    }

    /**
     * A lease, at once or when one is given back.
     *
     * @return completed exceptionally by {@link RefusedException} when the queue is full, and by a
     *     {@link java.util.concurrent.TimeoutException} when the patience has run out
     */
    CompletionStage<Lease> take() {
        Place place = new Place();
        synchronized (this) {
            if (taken < capacity) {
                taken++;
                return CompletableFuture.completedStage(new Lease());
            }
            if (waiting.size() >= maxQueued) {
                return CompletableFuture.failedStage(new RefusedException(
                        Refusal.BUSY, "All %d slots are busy and the queue is full.".formatted(capacity)));
            }
            waiting.addLast(place);
        }
        return place.lease
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((lease, failure) -> forget(place, failure));
    }

    synchronized int running() {
        return taken;
    }

    synchronized int queued() {
        return waiting.size();
    }

    private synchronized void forget(Place place, @Nullable Throwable failure) {
        if (failure != null) {
            waiting.remove(place);
        }
    }

    /** Hands the slot to the first in the queue that still waits, else frees it. */
    private void giveBack(Lease lease) {
        synchronized (this) {
            if (!lease.open) {
                return;
            }
            lease.open = false;
        }
        Place next;
        do {
            synchronized (this) {
                next = waiting.pollFirst();
                if (next == null) {
                    taken--;
                    return;
                }
            }
        } while (!next.lease.complete(new Lease()));
    }
}
