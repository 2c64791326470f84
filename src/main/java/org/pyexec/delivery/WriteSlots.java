package org.pyexec.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pyexec.execution.TooManyException;

/**
 * Bounds how many threads write answers at the same time, in all and for one client: a client that does not read keeps the
 * thread that writes to it, until the server's own time-out. Who finds no place waits for one without a thread, and the client
 * with the fewest comes first. Safe for use by many threads.
 */
public final class WriteSlots implements AutoCloseable {

    private static final int WAITING = 1000;
    private static final int WAITING_OF_A_CLIENT = 64;

    private final Bounds bounds;

    /**
     * How many there are.
     *
     * @param most in all
     * @param mostOfAClient of them for one client
     * @param mostWithSmall in all, small answers included; who has few places gets one for a small answer up to here
     * @param few what such a client has at most
     */
    public record Bounds(int most, int mostOfAClient, int mostWithSmall, int few) {

        /** The same for all answers. */
        public static Bounds of(int most, int mostOfAClient) {
            return new Bounds(most, mostOfAClient, most, 0);
        }
    }

    // mutable state, guarded by this
    private final Map<String, Integer> byClient = new HashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private int allWaiting;
    private int all;
    private boolean closed;

    public WriteSlots(Bounds bounds) {
        this.bounds = bounds;
    }

    /** Right to write an answer, until it is closed; that is idempotent. */
    public final class Place implements AutoCloseable {

        private final String client;
        private final AtomicBoolean over = new AtomicBoolean();

        private Place(String client) {
            this.client = client;
        }

        @Override
        public void close() {
            if (!over.getAndSet(true)) {
                release(client);
            }
        }
    }

    /** A place that is there, or will be. Whoever waits for it no longer says so by {@link WriteSlots#giveUp}. */
    static final class Turn {

        private final String client;
        private final boolean small;
        private final CompletableFuture<Place> place = new CompletableFuture<>();

        private Turn(String client, boolean small) {
            this.client = client;
            this.small = small;
        }

        /** Completed by the thread that leaves the place before; exceptionally when it has been given up. */
        CompletableFuture<Place> place() {
            return place;
        }
    }

    /** Those of one client, in their order; guarded by the lock of all. */
    private static final class Waiting {

        private final Set<Turn> small = new LinkedHashSet<>();
        private final Set<Turn> large = new LinkedHashSet<>();

        Set<Turn> of(boolean isSmall) {
            return isSmall ? small : large;
        }

        int count() {
            return small.size() + large.size();
        }
    }

    /** Thrown to those who gave up. */
    static final class NoPlaceException extends Exception {

        NoPlaceException() {
            super("no place in time");
        }
    }

    /**
     * Takes a place, or waits for one.
     *
     * @param small whether the answer fits into the buffers of a connection that has carried nothing yet
     */
    Turn take(String client, boolean small) {
        Turn turn = new Turn(client, small);
        synchronized (this) {
            if (!mayTake(client, small)) {
                waiting.computeIfAbsent(client, any -> new Waiting()).of(small).add(turn);
                allWaiting++;
                return turn;
            }
            add(client, 1);
        }
        turn.place.complete(new Place(client));
        return turn;
    }

    /**
     * Takes a place now.
     *
     * @throws TooManyException if there is none; the message is about what the places are for
     */
    public Place takeNow(String client, String what) throws TooManyException {
        synchronized (this) {
            if (!mayTake(client, false)) {
                boolean own = held(client) >= bounds.mostOfAClient();
                throw new TooManyException(
                        own
                                ? "One client can have %d %s at once.".formatted(bounds.mostOfAClient(), what)
                                : "There are too many %s at the moment.".formatted(what),
                        own);
            }
            add(client, 1);
        }
        return new Place(client);
    }

    /** Whether so many wait that the last of them should not, if it can be refused. */
    synchronized boolean isCrowded(String client) {
        Waiting own = waiting.get(client);
        return allWaiting > WAITING || (own != null && own.count() > WAITING_OF_A_CLIENT);
    }

    /** Does nothing if the place has been given. */
    void giveUp(Turn turn) {
        synchronized (this) {
            forget(turn);
        }
        turn.place.completeExceptionally(new NoPlaceException());
    }

    /** From now on there is a place for everybody: nobody waits for others when the server ends. */
    @Override
    public void close() {
        List<Turn> last = new ArrayList<>();
        synchronized (this) {
            closed = true;
            // No class is loaded here where nobody waits: the server may give none any more.
            for (Waiting own : waiting.values()) {
                last.addAll(own.large);
                last.addAll(own.small);
            }
            waiting.clear();
            allWaiting = 0;
            last.forEach(turn -> add(turn.client, 1));
        }
        last.forEach(WriteSlots.this::give);
    }

    private void release(String client) {
        Optional<Turn> next;
        synchronized (this) {
            add(client, -1);
            next = nextTurn();
        }
        next.ifPresent(this::give);
    }

    /** If it has just been given up, to another one. */
    private void give(Turn turn) {
        Place place = new Place(turn.client);
        if (!turn.place.complete(place)) {
            place.close();
        }
    }

    /** Of the client with the fewest places. It takes as long as there are clients, however many answers of theirs wait. */
    private Optional<Turn> nextTurn() {
        Optional<Turn> next = waiting.entrySet().stream()
                .flatMap(each -> first(each.getKey(), each.getValue()).stream())
                .min(Comparator.comparingInt(turn -> held(turn.client)));
        next.ifPresent(turn -> {
            forget(turn);
            add(turn.client, 1);
        });
        return next;
    }

    private Optional<Turn> first(String client, Waiting own) {
        Optional<Turn> large = own.large.stream().findFirst().filter(turn -> mayTake(client, false));
        return large.isPresent() ? large : own.small.stream().findFirst().filter(turn -> mayTake(client, true));
    }

    private void forget(Turn turn) {
        Waiting own = waiting.get(turn.client);
        if (own != null && own.of(turn.small).remove(turn)) {
            allWaiting--;
            if (own.count() == 0) {
                waiting.remove(turn.client);
            }
        }
    }

    private boolean mayTake(String client, boolean small) {
        int own = held(client);
        return closed
                || (all < bounds.most() && own < bounds.mostOfAClient())
                || (small && all < bounds.mostWithSmall() && own < bounds.few());
    }

    private int held(String client) {
        return byClient.getOrDefault(client, 0);
    }

    private void add(String client, int count) {
        all += count;
        byClient.merge(client, count, Integer::sum);
        byClient.remove(client, 0);
    }
}
