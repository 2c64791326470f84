package org.pyexec.sandbox;

import java.io.IOException;
import java.io.InputStream;

/** Receives a file of a session, on the thread that gave the order. */
public interface FileReceiver {

    /**
     * Called once, if there is such a file.
     *
     * @param filename relative path as answers show it; hostile all the same
     * @param size length of the content in bytes
     * @param content exactly {@code size} bytes; what is left unread is skipped
     * @throws IOException if the content cannot be read; for whatever else it is thrown, the session ends
     */
    void file(String filename, long size, InputStream content) throws IOException;
}
