package org.pyexec.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;
import org.pyexec.execution.TooManyException;

/**
 * Limits how many threads write answers at the same time, in total and per client: a client that does not read blocks the
 * thread that writes to it until the server's own time-out. An answer without a slot waits in a queue and needs no thread
 * there. The client with the fewest slots is served first. Safe for use by many threads.
 */
public final class WriteSlots implements AutoCloseable {

    private static final int WAITING = 1000;

    private final Bounds bounds;
    private final Function<ClientLimits, ClientLimits.Writers> perClient;

    /**
     * How many slots there are for all clients together.
     *
     * @param max for answers of any size
     * @param maxWithSmall where the answer is small and its client has few slots
     */
    public record Bounds(int max, int maxWithSmall) {}

    // mutable state, guarded by this
    private final Map<String, Integer> byClient = new HashMap<>();
    private final Map<String, WaitingTickets> waiting = new LinkedHashMap<>();
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

    /** The right to write an answer. It ends with {@link #close}, which is idempotent. */
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

    /** A slot that has been given, or will be. {@link WriteSlots#cancel} ends the wait. */
    static final class Ticket {

        private final Client client;
        private final boolean small;
        private final CompletableFuture<Slot> slot = new CompletableFuture<>();

        private Ticket(Client client, boolean small) {
            this.client = client;
            this.small = small;
        }

        /** Completed by the thread that releases a slot; exceptionally if the ticket was cancelled. */
        CompletableFuture<Slot> slot() {
            return slot;
        }
    }

    /** The ticket was cancelled. */
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
                waiting.computeIfAbsent(client.name(), any -> new WaitingTickets())
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

    /** Whether the queue is so long that a further answer should be refused, if it can be. */
    synchronized boolean isQueueFull(Client client) {
        WaitingTickets own = waiting.get(client.name());
        return allWaiting > WAITING
                || (own != null && own.count() > client.limits().waitingReplies());
    }

    /** Ends the wait; does nothing if the slot has been given. */
    void cancel(Ticket ticket) {
        synchronized (this) {
            forget(ticket);
        }
        ticket.slot.completeExceptionally(new NoSlotException());
    }

    /** From now on every answer gets a slot: none waits for others when the server stops. */
    @Override
    public void close() {
        List<Ticket> last = new ArrayList<>();
        synchronized (this) {
            closed = true;
            // Where the queue is empty, no class is loaded here: a server that stops may refuse to load any.
            for (WaitingTickets own : waiting.values()) {
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

    /** Gives the slot to the ticket; if that has just been cancelled, to the next one. */
    private void give(Ticket ticket) {
        Slot slot = new Slot(ticket.client);
        if (!ticket.slot.complete(slot)) {
            slot.close();
        }
    }

    /** A ticket of the client with the fewest slots. The time it takes depends on the number of clients, not of tickets. */
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

    private Optional<Ticket> first(WaitingTickets own) {
        Optional<Ticket> large = own.large.stream().findFirst().filter(ticket -> mayTake(ticket.client, false));
        return large.isPresent()
                ? large
                : own.small.stream().findFirst().filter(ticket -> mayTake(ticket.client, true));
    }

    private void forget(Ticket ticket) {
        WaitingTickets own = waiting.get(ticket.client.name());
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
