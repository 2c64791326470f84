package org.pyexec.files;

import java.io.IOException;

/** One file on its way into the store: unless it is kept, closing gives everything back. Used by one thread at a time. */
public interface PendingFile extends AutoCloseable {

    /**
     * Adds a piece of the content.
     *
     * @throws FileTooLargeException if the file gets longer than it may be
     * @throws StoreFullException if the store has no room for it, or none for this client
     * @throws StoreUnreachableException if the store cannot be reached
     * @throws IOException if the store fails
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Makes what has been written a file with a token, for good when this returns. Called once; may wait for the disk.
     *
     * @throws StoreFullException if the store has no room
     * @throws StoreUnreachableException if the store cannot be reached
     * @throws IOException if the store fails
     */
    HostedFile keep() throws IOException;

    /** Idempotent. */
    @Override
    void close();
}
