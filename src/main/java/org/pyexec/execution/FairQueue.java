package org.pyexec.execution;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pyexec.client.Client;

/**
 * A bounded queue of programs that wait for a slot, fair among clients. Used under the lock of the {@link Slots}.
 *
 * <p>A free slot goes to the waiting client with the fewest running programs, among equals by turns: start-time fair
 * queueing (Goyal, Vin, Cheng 1996) with every program counted as one. When the queue is full, whoever has more room in
 * it than the newcomer would have loses its last place (McKenney, "Stochastic Fairness Queueing", 1990).
 */
final class FairQueue {

    private static final Comparator<Place> BY_TURN =
            Comparator.<Place>comparingLong(place -> place.turn).thenComparingLong(place -> place.arrival);

    private final int room;
    private final Map<String, Flow> flows = new HashMap<>();
    private int queued;
    private int occupied;
    private long turn;
    private long arrivals;

    /**
     * @param room how much may wait; most programs need 1 of it
     */
    FairQueue(int room) {
        this.room = room;
    }

    /** The running and waiting programs of one client. */
    static final class Flow {

        private final String client;
        private final Deque<Place> waiting = new ArrayDeque<>();
        private int running;
        private int occupied;
        private long lastTurn;

        private Flow(String client) {
            this.client = client;
        }
    }

    /** A place in the queue. */
    static final class Place {

        private final CompletableFuture<Slots.Lease> lease = new CompletableFuture<>();
        private final Flow flow;
        private final int size;
        private final long turn;
        private final long arrival;

        private Place(Flow flow, int size, long turn, long arrival) {
            this.flow = flow;
            this.size = size;
            this.turn = turn;
            this.arrival = arrival;
        }

        CompletableFuture<Slots.Lease> lease() {
            return lease;
        }

        Flow flow() {
            return flow;
        }
    }

    /**
     * A newcomer's place.
     *
     * @param displaced who lost theirs for it
     */
    record Entry(Place place, List<Place> displaced) {}

    Flow flow(Client client) {
        return flows.computeIfAbsent(client.name(), Flow::new);
    }

    void programBegins(Flow flow) {
        flow.running++;
    }

    void programEnds(Flow flow) {
        flow.running--;
        forgetIfIdle(flow);
    }

    /**
     * Queues a program; empty if there is no place for it.
     *
     * @param size how much room it needs; more than there is means all of it
     */
    Optional<Entry> enter(Flow flow, int size) {
        int needed = Math.min(size, Math.max(room, 1));
        List<Place> displaced = displaceFor(flow, needed);
        if (occupied + needed > room) {
            displaced.forEach(this::putBack);
            forgetIfIdle(flow);
            return Optional.empty();
        }
        flow.lastTurn = Math.max(turn, flow.lastTurn) + 1;
        Place place = new Place(flow, needed, flow.lastTurn, ++arrivals);
        putBack(place);
        return Optional.of(new Entry(place, displaced));
    }

    /** Takes last places of clients that have more room than the newcomer would have, the last taken first in the list. */
    private List<Place> displaceFor(Flow newcomer, int needed) {
        Deque<Place> displaced = new ArrayDeque<>();
        while (occupied + needed > room) {
            Optional<Flow> longest = flows.values().stream()
                    .filter(flow -> flow != newcomer && !flow.waiting.isEmpty())
                    .max(Comparator.comparingInt(flow -> flow.occupied));
            if (longest.isEmpty() || longest.get().occupied <= newcomer.occupied + needed) {
                break;
            }
            Place last = longest.get().waiting.removeLast();
            count(last, -1);
            displaced.addFirst(last);
        }
        return List.copyOf(displaced);
    }

    private void putBack(Place place) {
        place.flow.waiting.addLast(place);
        count(place, 1);
    }

    private void count(Place place, int sign) {
        queued += sign;
        occupied += sign * place.size;
        place.flow.occupied += sign * place.size;
    }

    /** Takes the next one out of the queue and counts it as running; empty when nobody waits. */
    Optional<Place> next() {
        Optional<Place> next = flows.values().stream()
                .filter(flow -> !flow.waiting.isEmpty())
                .map(flow -> flow.waiting.getFirst())
                .min(Comparator.<Place>comparingInt(place -> place.flow.running).thenComparing(BY_TURN));
        next.ifPresent(place -> {
            place.flow.waiting.removeFirst();
            count(place, -1);
            turn = Math.max(turn, place.turn);
            programBegins(place.flow);
        });
        return next;
    }

    /** Removes one that has stopped waiting, unless it has been displaced. */
    void remove(Place place) {
        if (place.flow.waiting.remove(place)) {
            count(place, -1);
        }
        forgetIfIdle(place.flow);
    }

    private void forgetIfIdle(Flow flow) {
        if (flow.running == 0 && flow.waiting.isEmpty()) {
            flows.remove(flow.client, flow);
        }
    }

    int queued() {
        return queued;
    }

    /** How many there are who have something running or waiting. */
    int clients() {
        return flows.size();
    }
}
