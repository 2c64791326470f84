package org.pyexec.execution;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of slots with a bounded queue before them, fair among clients. Safe for use by many threads.
 *
 * <p>A free slot goes to the waiting client with the fewest running programs, among equals by turns: start-time fair
 * queueing (Goyal, Vin, Cheng 1996) with every program counted as one. When the queue is full, whoever has more room in
 * it than the newcomer would have gives his last place up (McKenney, "Stochastic Fairness Queueing", 1990). So a flood of
 * one client costs another no more than the programs that run already.
 */
final class Slots {

    private static final Comparator<Place> BY_TURN =
            Comparator.<Place>comparingLong(place -> place.turn).thenComparingLong(place -> place.arrival);

    private final int capacity;
    private final int room;
    private final Duration patience;
    private final ScheduledExecutorService timer;

    // mutable state, guarded by this
    private final Map<String, Client> clients = new HashMap<>();
    private int taken;
    private int queued;
    private int occupied;
    private long turn;
    private long arrivals;

    /**
     * @param capacity how many leases there are at once
     * @param room how much may wait for one; most programs need 1 of it
     * @param patience how long a program waits
     * @param timer says when that is over
     */
    Slots(int capacity, int room, Duration patience, ScheduledExecutorService timer) {
        this.capacity = capacity;
        this.room = room;
        this.patience = patience;
        this.timer = timer;
    }

    /** One slot, given back once by {@link #close}. */
    final class Lease implements AutoCloseable {

        private final Client client;
        // mutable state, guarded by the slots
        private boolean open = true;

        private Lease(Client client) {
            this.client = client;
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }

    /** Who has something running or waiting; guarded by the slots. */
    private static final class Client {
        private final String name;
        private final Deque<Place> waiting = new ArrayDeque<>();
        private int running;
        private int occupied;
        private long lastTurn;

        private Client(String name) {
            this.name = name;
        }
    }

    /** A place in the queue. */
    private static final class Place {
        private final CompletableFuture<Lease> lease = new CompletableFuture<>();
        private final Client client;
        private final int size;
        private final long turn;
        private final long arrival;

        private Place(Client client, int size, long turn, long arrival) {
            this.client = client;
            this.size = size;
            this.turn = turn;
            this.arrival = arrival;
        }
    }

    /**
     * A lease, at once or when one is given back.
     *
     * @param clientName who shares the slots fairly with others
     * @param size how much room it needs in the queue; more than there is means all of it
     * @return whoever completes it exceptionally leaves the queue; completed exceptionally by {@link RefusedException} when the queue is full, and by a
     *     {@link TimeoutException} when the patience has run out
     */
    CompletableFuture<Lease> take(String clientName, int size) {
        Place place;
        List<Place> displaced;
        synchronized (this) {
            Client client = clients.computeIfAbsent(clientName, Client::new);
            if (taken < capacity) {
                enter(client);
                return CompletableFuture.completedFuture(new Lease(client));
            }
            int needed = Math.min(size, Math.max(room, 1));
            displaced = displaceFor(client, needed);
            if (occupied + needed > room) {
                displaced.forEach(this::putBack);
                forgetIfIdle(client);
                return CompletableFuture.failedFuture(new RefusedException(
                        Refusal.BUSY, "All %d slots are busy and the queue is full.".formatted(capacity)));
            }
            place = enqueue(client, needed);
        }
        displaced.forEach(last -> last.lease.completeExceptionally(new RefusedException(
                Refusal.BUSY, "The queue is full, and this client has more programs in it than others.")));
        Future<?> end = timer.schedule(
                () -> place.lease.completeExceptionally(new TimeoutException()),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
        CompletionStage<Lease> unused = place.lease.whenComplete((lease, failure) -> {
            end.cancel(false);
            leaveQueue(place, failure);
        });
        return place.lease;
    }

    synchronized int running() {
        return taken;
    }

    /** How many there are who have something here. */
    synchronized int clients() {
        return clients.size();
    }

    synchronized int queued() {
        return queued;
    }

    private Place enqueue(Client client, int size) {
        client.lastTurn = Math.max(turn, client.lastTurn) + 1;
        Place place = new Place(client, size, client.lastTurn, ++arrivals);
        putBack(place);
        return place;
    }

    private void putBack(Place place) {
        place.client.waiting.addLast(place);
        count(place, 1);
    }

    private void count(Place place, int sign) {
        queued += sign;
        occupied += sign * place.size;
        place.client.occupied += sign * place.size;
    }

    /** Takes last places of clients that have more room than the newcomer would have, the last taken first in the list. */
    private List<Place> displaceFor(Client newcomer, int needed) {
        Deque<Place> displaced = new ArrayDeque<>();
        while (occupied + needed > room) {
            Optional<Client> longest = clients.values().stream()
                    .filter(client -> client != newcomer && !client.waiting.isEmpty())
                    .max(Comparator.comparingInt(client -> client.occupied));
            if (longest.isEmpty() || longest.get().occupied <= newcomer.occupied + needed) {
                break;
            }
            Place last = longest.get().waiting.removeLast();
            count(last, -1);
            displaced.addFirst(last);
        }
        return List.copyOf(displaced);
    }

    /** Whose turn it is, taken out of the queue; empty when nobody waits or no slot is free. */
    private synchronized Optional<Place> next() {
        if (taken >= capacity) {
            return Optional.empty();
        }
        Optional<Place> next = clients.values().stream()
                .filter(client -> !client.waiting.isEmpty())
                .map(client -> client.waiting.getFirst())
                .min(Comparator.<Place>comparingInt(place -> place.client.running)
                        .thenComparing(BY_TURN));
        next.ifPresent(place -> {
            place.client.waiting.removeFirst();
            count(place, -1);
            turn = Math.max(turn, place.turn);
            enter(place.client);
        });
        return next;
    }

    private void enter(Client client) {
        taken++;
        client.running++;
    }

    private synchronized void leave(Client client) {
        taken--;
        client.running--;
        forgetIfIdle(client);
    }

    private void forgetIfIdle(Client client) {
        if (client.running == 0 && client.waiting.isEmpty()) {
            clients.remove(client.name, client);
        }
    }

    private synchronized void leaveQueue(Place place, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        if (place.client.waiting.remove(place)) { // unless it has been displaced
            count(place, -1);
        }
        forgetIfIdle(place.client);
    }

    /** Hands the slot to the next in the queue that still waits, else frees it. */
    private void giveBack(Lease lease) {
        synchronized (this) {
            if (!lease.open) {
                return;
            }
            lease.open = false;
            leave(lease.client);
        }
        Optional<Place> next = next();
        while (next.isPresent() && !next.get().lease.complete(new Lease(next.get().client))) {
            leave(next.get().client); // it had run out of patience just then
            next = next();
        }
    }
}
