package org.pyexec.sandbox;

import java.io.IOException;
import java.io.InputStream;

/** Receives the output and files of a program, on the thread that awaits the run. */
public interface RunListener {

    /** A piece of standard output: bytes as the program wrote them, capped by the sandbox. */
    void stdout(byte[] bytes) throws IOException;

    /** A piece of standard error: bytes as the program wrote them, capped by the sandbox. */
    void stderr(byte[] bytes) throws IOException;

    /**
     * A file that the program left behind. Called after the program's end, sorted by name.
     *
     * @param filename relative path with {@code /} between folders, cleaned of invalid UTF-8; hostile all the same
     * @param size length of the content in bytes
     * @param content exactly {@code size} bytes; what is left unread is skipped
     */
    void file(String filename, long size, InputStream content) throws IOException;

    /**
     * Whether there is room for what the program shows. Called once, after everything else; that is read at once then, or
     * never.
     *
     * @param bytes length of its JSON
     */
    default boolean wantsResults(int bytes) {
        return true;
    }
}
