package org.pyexec.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store, or the disk under it, has no room for the file; nothing of the file was kept. */
public final class StoreFullException extends IOException {

    private final boolean ofThisClient;
    private final boolean ofDisk;

    private StoreFullException(String message, boolean ofThisClient, @Nullable IOException failureOfDisk) {
        super(message, failureOfDisk);
        this.ofThisClient = ofThisClient;
        this.ofDisk = failureOfDisk != null;
    }

    /** All files together take as much as they may. */
    public static StoreFullException ofAll(long bytes, long entries) {
        return new StoreFullException(
                "the store holds at most %d bytes in %d entries".formatted(bytes, entries), false, null);
    }

    /** The files of this client take as much as those of one client may. */
    public static StoreFullException ofClient(long bytes, long entries) {
        return new StoreFullException(
                "the files of one client take at most %d bytes in %d entries".formatted(bytes, entries), true, null);
    }

    /** What the store keeps its files on has no room left. */
    public static StoreFullException ofDisk(IOException failure) {
        return new StoreFullException("the disk under the store is full", false, failure);
    }

    /** Whether what the store keeps its files on has no room left, though the store may hold more. */
    public boolean ofDisk() {
        return ofDisk;
    }

    /** Whether this client has as much as one client may have. */
    public boolean ofThisClient() {
        return ofThisClient;
    }
}
