package org.pyexec.body;

import java.io.IOException;
import java.io.InputStream;

/** Where the body of one request goes while it is received. Used by one thread at a time. */
public interface ReceivedBody extends AutoCloseable {

    /**
     * Takes the next piece; the array is the caller's again when this returns.
     *
     * @throws IOException if it cannot be kept
     */
    void write(byte[] bytes, int count) throws IOException;

    /** How many bytes have come. */
    long length();

    /** The content from its start; empty if it has been read already, while it came. One stream at a time. */
    InputStream open() throws IOException;

    /** Nobody will read it any more; may be called by another thread than the one that uses it. */
    void giveBack();

    /** Idempotent. */
    @Override
    void close() throws IOException;
}
