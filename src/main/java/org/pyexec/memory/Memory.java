package org.pyexec.memory;

import java.util.HashMap;
import java.util.Map;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;

/**
 * Bounds how much of the heap requests, programs and answers hold together. Whoever is about to hold much reserves it
 * first, and is refused if that would be too much. This keeps the JVM from running out of memory. Safe for use by many
 * threads.
 *
 * <p>One client gets a part of the whole at most, see {@link ClientLimits#share}. The last eighth is for small shares, so
 * that a small program runs while others use all that they may. Another instance counts request bodies on the disk in the
 * same way.
 */
public final class Memory {

    /** What needs no more than this finds room where larger things find none any more. */
    static final long LITTLE = 1 << 20;

    /** What the server has of its own: classes, connections, buffers; measured on Payara Micro with many connections. */
    private static final long OWN_BYTES = 96L << 20;

    private static final int PART_OF_THE_REST = 2;
    private static final int LEAST_PART_OF_HEAP = 4; // a heap that is small anyway

    private final long maxBytes;

    // mutable state, guarded by this
    private final Map<String, Long> byClient = new HashMap<>();
    private long all;

    /**
     * @param maxBytes of all clients together
     */
    public Memory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** In the heap that this JVM may have. */
    public static Memory ofThisJvm() {
        return inHeap(Runtime.getRuntime().maxMemory());
    }

    /**
     * Half of what the server leaves of a heap. The other half is for what is counted only when it is there already, such as an
     * answer beside the outcome of which it is made, and for garbage that has not been collected.
     */
    static Memory inHeap(long heapBytes) {
        return new Memory(Math.max((heapBytes - OWN_BYTES) / PART_OF_THE_REST, heapBytes / LEAST_PART_OF_HEAP));
    }

    /** What somebody holds for this client: nothing to begin with. */
    public Share share(Client client) {
        return new Share(client);
    }

    /** The largest share that there can be, while nobody else has one. */
    public long mostBytesOfOne() {
        return limit(ClientLimits.USUAL.shareOf(maxBytes), false);
    }

    /** What all hold together. */
    public synchronized long heldBytes() {
        return all;
    }

    private synchronized void change(Client client, long before, long after) throws NoRoomException {
        if (after > before) {
            long own = held(client) - before + after;
            check(own, client.limits().shareOf(maxBytes), all - before + after, after <= LITTLE);
        }
        set(client, after - before);
    }

    private void check(long own, long share, long sum, boolean little) throws NoRoomException {
        if (own > limit(share, little)) {
            throw new NoRoomException("The requests and answers of this client take all the memory that it may have.");
        }
        if (sum > limit(maxBytes, little)) {
            throw new NoRoomException("Requests and answers take all the memory that there is for them.");
        }
    }

    private static long limit(long whole, boolean little) {
        return little ? whole : whole - whole / 8;
    }

    private long held(Client client) {
        return byClient.getOrDefault(client.name(), 0L);
    }

    private synchronized void set(Client client, long more) {
        all += more;
        byClient.merge(client.name(), more, Long::sum);
        byClient.remove(client.name(), 0L);
    }

    private synchronized boolean takeSpare(Client client, long more) {
        if (all + more > maxBytes / 2 || held(client) + more > client.limits().shareOf(maxBytes) / 2) {
            return false;
        }
        set(client, more);
        return true;
    }

    /** What one holds; given back by {@link #close}, after which it holds nothing. Safe for use by many threads. */
    public final class Share implements AutoCloseable {

        private final Client client;

        // mutable state, guarded by this
        private long bytes;
        private boolean closed;

        private Share(Client client) {
            this.client = client;
        }

        /**
         * Holds so much from now on instead of what it held.
         *
         * @throws NoRoomException if there is no room for as much; it holds what it held
         */
        public synchronized void hold(long wanted) throws NoRoomException {
            if (!closed) {
                change(client, bytes, wanted);
                bytes = wanted;
            }
        }

        /** The same where there is no choice: what is there already is counted, whatever the room. */
        public synchronized void count(long present) {
            if (!closed) {
                set(client, present - bytes);
                bytes = present;
            }
        }

        /** Holds so much more, unless that is wanted for better purposes. */
        public synchronized boolean holdSpare(long more) {
            if (closed || !takeSpare(client, more)) {
                return false;
            }
            bytes += more;
            return true;
        }

        /** Idempotent. */
        @Override
        public synchronized void close() {
            set(client, -bytes);
            bytes = 0;
            closed = true;
        }
    }
}
