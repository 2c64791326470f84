package org.pyexec.files.disk;

import java.util.HashMap;
import java.util.Map;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;

/**
 * Counts what the files take, those being written included, in all and for each client whose they are; safe for use by many
 * threads.
 */
final class Quota {

    private final Room store;
    private final Room ofOneClient;

    // mutable state, guarded by this
    private final Map<String, Room> byClient = new HashMap<>();
    private Room all = new Room(0, 0);

    /** So many bytes, and so many entries in the index. */
    record Room(long bytes, long entries) {

        /** What a file takes. */
        static Room of(HostedFile file) {
            return of(file.size(), file.filename());
        }

        /** The same of one that has so many bytes. A name of usual length takes one entry. */
        static Room of(long size, String filename) {
            return new Room(size, 1L + filename.length() / 512);
        }

        private Room plus(Room more) {
            return new Room(bytes + more.bytes, entries + more.entries);
        }

        private Room minus(Room less) {
            return new Room(bytes - less.bytes, entries - less.entries);
        }

        private boolean has(Room wanted) {
            return wanted.bytes <= bytes && wanted.entries <= entries;
        }
    }

    /**
     * @param store of all files
     * @param ofOneClient what the files of one client may take of it
     */
    Quota(Room store, Room ofOneClient) {
        this.store = store;
        this.ofOneClient = ofOneClient;
    }

    /** Takes room for a file, or for more of it. */
    synchronized void take(String client, Room more) throws StoreFullException {
        if (!ofOneClient.has(of(client).plus(more))) {
            throw StoreFullException.ofClient(ofOneClient.bytes, ofOneClient.entries);
        }
        if (!store.has(all.plus(more))) {
            throw StoreFullException.ofAll(store.bytes, store.entries);
        }
        count(client, more);
    }

    /** Counts a file that is there already, even beyond the limits, which may be lower than they were. */
    synchronized void count(String client, Room taken) {
        all = all.plus(taken);
        byClient.put(client, of(client).plus(taken));
    }

    /** Gives back what one file has taken. */
    synchronized void giveBack(String client, Room taken) {
        all = all.minus(taken);
        Room left = of(client).minus(taken);
        if (left.entries() == 0) {
            byClient.remove(client);
        } else {
            byClient.put(client, left);
        }
    }

    private Room of(String client) {
        return byClient.getOrDefault(client, new Room(0, 0));
    }

    synchronized boolean fits(String client, Room more) {
        return store.has(all.plus(more)) && ofOneClient.has(of(client).plus(more));
    }

    synchronized long bytes() {
        return all.bytes();
    }
}
