package org.pyexec.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.pyexec.client.Client;

/**
 * A fixed number of slots with a {@linkplain FairQueue fair queue} in front. However many programs one client sends,
 * those of another wait only for the ones that already run. Safe for use by many threads.
 */
final class Slots {

    private final int capacity;
    private final Duration patience;
    private final ScheduledExecutorService timer;

    // mutable state, guarded by this
    private final FairQueue queue;
    private int taken;

    /**
     * @param capacity how many leases there are at once
     * @param room how much may wait for one; most programs need 1 of it
     * @param patience how long a program waits
     * @param timer says when that is over
     */
    Slots(int capacity, int room, Duration patience, ScheduledExecutorService timer) {
        this.capacity = capacity;
        this.queue = new FairQueue(room);
        this.patience = patience;
        this.timer = timer;
    }

    /** One slot, given back once by {@link #close}. */
    final class Lease implements AutoCloseable {

        private final FairQueue.Flow flow;
        // mutable state, guarded by the slots
        private boolean open = true;

        private Lease(FairQueue.Flow flow) {
            this.flow = flow;
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }

    /**
     * Takes a slot, at once or when one is given back.
     *
     * @param client who shares the slots fairly with others
     * @param size how much room it needs in the queue; more than there is means all of it
     * @return whoever completes it exceptionally leaves the queue; completed exceptionally by {@link RefusedException} when
     *     the queue is full, and by a {@link TimeoutException} when the patience has run out
     */
    CompletableFuture<Lease> take(Client client, int size) {
        Optional<FairQueue.Entry> entry;
        synchronized (this) {
            FairQueue.Flow flow = queue.flow(client);
            if (taken < capacity) {
                taken++;
                queue.programBegins(flow);
                return CompletableFuture.completedFuture(new Lease(flow));
            }
            entry = queue.enter(flow, size);
        }
        return entry.map(this::waitFor)
                .orElseGet(() -> refused("All %d slots are busy and the queue is full.".formatted(capacity)));
    }

    private static CompletableFuture<Lease> refused(String why) {
        return CompletableFuture.failedFuture(new RefusedException(Refusal.BUSY, why));
    }

    private CompletableFuture<Lease> waitFor(FairQueue.Entry entry) {
        for (FairQueue.Place last : entry.displaced()) {
            last.lease()
                    .completeExceptionally(new RefusedException(
                            Refusal.BUSY, "The queue is full, and this client has more programs in it than others."));
        }
        FairQueue.Place place = entry.place();
        CompletableFuture<Lease> lease = place.lease();
        Future<?> end = timer.schedule(
                () -> lease.completeExceptionally(new TimeoutException()), patience.toMillis(), TimeUnit.MILLISECONDS);
        CompletionStage<Lease> unused = lease.whenComplete((had, failure) -> {
            end.cancel(false);
            leaveQueue(place, failure);
        });
        return lease;
    }

    private synchronized void leaveQueue(FairQueue.Place place, @Nullable Throwable failure) {
        if (failure != null) {
            queue.remove(place);
        }
    }

    /** Hands the slot to the next in the queue that still waits, else frees it. */
    private void giveBack(Lease lease) {
        synchronized (this) {
            if (!lease.open) {
                return;
            }
            lease.open = false;
            leave(lease.flow);
        }
        Optional<FairQueue.Place> next = next();
        while (next.isPresent()
                && !next.get().lease().complete(new Lease(next.get().flow()))) {
            leave(next.get().flow()); // it had run out of patience just then
            next = next();
        }
    }

    private synchronized void leave(FairQueue.Flow flow) {
        taken--;
        queue.programEnds(flow);
    }

    /** Whose turn it is; empty when nobody waits or no slot is free. */
    private synchronized Optional<FairQueue.Place> next() {
        if (taken >= capacity) {
            return Optional.empty();
        }
        Optional<FairQueue.Place> next = queue.next();
        if (next.isPresent()) {
            taken++;
        }
        return next;
    }

    synchronized int running() {
        return taken;
    }

    synchronized int queued() {
        return queue.queued();
    }

    /** How many there are who have something here. */
    synchronized int clients() {
        return queue.clients();
    }
}
