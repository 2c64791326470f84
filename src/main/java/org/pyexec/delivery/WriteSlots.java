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
import java.util.function.Function;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;
import org.pyexec.execution.TooManyException;

/**
 * Bounds how many threads write answers at the same time, in all and for one client: a client that does not read keeps the
 * thread that writes to it, until the server's own time-out. Who finds no slot waits for one without a thread, and the client
 * with the fewest comes first. Safe for use by many threads.
 */
public final class WriteSlots implements AutoCloseable {

    private static final int WAITING = 1000;

    private final Bounds bounds;
    private final Function<ClientLimits, ClientLimits.Writers> perClient;

    /**
     * How many there are.
     *
     * @param max for all clients together
     * @param maxWithSmall the same, small answers included; who has few slots gets one for a small answer up to here
     */
    public record Bounds(int max, int maxWithSmall) {}

    // mutable state, guarded by this
    private final Map<String, Integer> byClient = new HashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private int allWaiting;
    private int all;
    private boolean closed;

    /**
     * @param perClient which of a client's limits bounds its slots
     */
    public WriteSlots(Bounds bounds, Function<ClientLimits, ClientLimits.Writers> perClient) {
        this.bounds = bounds;
        this.perClient = perClient;
    }

    /** Right to write an answer, until it is closed; that is idempotent. */
    public final class Slot implements AutoCloseable {

        private final Client client;
        private final AtomicBoolean over = new AtomicBoolean();

        private Slot(Client client) {
            this.client = client;
        }

        @Override
        public void close() {
            if (!over.getAndSet(true)) {
                release(client);
            }
        }
    }

    /** A slot that is there, or will be. Whoever waits for it no longer says so by {@link WriteSlots#cancel}. */
    static final class Ticket {

        private final Client client;
        private final boolean small;
        private final CompletableFuture<Slot> slot = new CompletableFuture<>();

        private Ticket(Client client, boolean small) {
            this.client = client;
            this.small = small;
        }

        /** Completed by the thread that leaves the slot before; exceptionally when it has been given up. */
        CompletableFuture<Slot> slot() {
            return slot;
        }
    }

    /** Those of one client, in their order; guarded by the lock of all. */
    private static final class Waiting {

        private final Set<Ticket> small = new LinkedHashSet<>();
        private final Set<Ticket> large = new LinkedHashSet<>();

        Set<Ticket> of(boolean isSmall) {
            return isSmall ? small : large;
        }

        int count() {
            return small.size() + large.size();
        }
    }

    /** Thrown to those who gave up. */
    static final class NoSlotException extends Exception {

        NoSlotException() {
            super("no slot in time");
        }
    }

    /**
     * Takes a slot, or waits for one.
     *
     * @param small whether the answer fits into the buffers of a connection that has carried nothing yet
     */
    Ticket take(Client client, boolean small) {
        Ticket ticket = new Ticket(client, small);
        synchronized (this) {
            if (!mayTake(client, small)) {
                waiting.computeIfAbsent(client.name(), any -> new Waiting())
                        .of(small)
                        .add(ticket);
                allWaiting++;
                return ticket;
            }
            add(client, 1);
        }
        ticket.slot.complete(new Slot(client));
        return ticket;
    }

    /**
     * Takes a slot now.
     *
     * @throws TooManyException if there is none; the message is about what the slots are for
     */
    public Slot takeAtOnce(Client client, String what) throws TooManyException {
        synchronized (this) {
            if (!mayTake(client, false)) {
                int most = perClient.apply(client.limits()).max();
                boolean own = held(client) >= most;
                throw new TooManyException(
                        own
                                ? "One client can have %d %s at once.".formatted(most, what)
                                : "There are too many %s at the moment.".formatted(what),
                        own);
            }
            add(client, 1);
        }
        return new Slot(client);
    }

    /** Whether so many wait that the last of them should not, if it can be refused. */
    synchronized boolean isQueueFull(Client client) {
        Waiting own = waiting.get(client.name());
        return allWaiting > WAITING
                || (own != null && own.count() > client.limits().waitingReplies());
    }

    /** Does nothing if the slot has been given. */
    void cancel(Ticket ticket) {
        synchronized (this) {
            forget(ticket);
        }
        ticket.slot.completeExceptionally(new NoSlotException());
    }

    /** From now on there is a slot for everybody: nobody waits for others when the server ends. */
    @Override
    public void close() {
        List<Ticket> last = new ArrayList<>();
        synchronized (this) {
            closed = true;
            // No class is loaded here where nobody waits: the server may give none any more.
            for (Waiting own : waiting.values()) {
                last.addAll(own.large);
                last.addAll(own.small);
            }
            waiting.clear();
            allWaiting = 0;
            last.forEach(ticket -> add(ticket.client, 1));
        }
        last.forEach(WriteSlots.this::give);
    }

    private void release(Client client) {
        Optional<Ticket> next;
        synchronized (this) {
            add(client, -1);
            next = nextTicket();
        }
        next.ifPresent(this::give);
    }

    /** If it has just been given up, to another one. */
    private void give(Ticket ticket) {
        Slot slot = new Slot(ticket.client);
        if (!ticket.slot.complete(slot)) {
            slot.close();
        }
    }

    /** Of the client with the fewest slots. It takes as long as there are clients, however many answers of theirs wait. */
    private Optional<Ticket> nextTicket() {
        Optional<Ticket> next = waiting.values().stream()
                .flatMap(each -> first(each).stream())
                .min(Comparator.comparingInt(ticket -> held(ticket.client)));
        next.ifPresent(ticket -> {
            forget(ticket);
            add(ticket.client, 1);
        });
        return next;
    }

    private Optional<Ticket> first(Waiting own) {
        Optional<Ticket> large = own.large.stream().findFirst().filter(ticket -> mayTake(ticket.client, false));
        return large.isPresent()
                ? large
                : own.small.stream().findFirst().filter(ticket -> mayTake(ticket.client, true));
    }

    private void forget(Ticket ticket) {
        Waiting own = waiting.get(ticket.client.name());
        if (own != null && own.of(ticket.small).remove(ticket)) {
            allWaiting--;
            if (own.count() == 0) {
                waiting.remove(ticket.client.name());
            }
        }
    }

    private boolean mayTake(Client client, boolean small) {
        ClientLimits.Writers limits = perClient.apply(client.limits());
        int own = held(client);
        return closed
                || (all < bounds.max() && own < limits.max())
                || (small && all < bounds.maxWithSmall() && own < limits.maxForSmall());
    }

    private int held(Client client) {
        return byClient.getOrDefault(client.name(), 0);
    }

    private void add(Client client, int count) {
        all += count;
        byClient.merge(client.name(), count, Integer::sum);
        byClient.remove(client.name(), 0);
    }
}
