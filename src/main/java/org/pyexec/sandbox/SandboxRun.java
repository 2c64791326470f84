package org.pyexec.sandbox;

import java.io.IOException;

/** One running program. {@link #await} belongs to one thread; {@link #cancel} and {@link #close} may be called from any. */
public interface SandboxRun extends AutoCloseable {

    /** The sandbox as it was when the program, or its session, began. */
    SandboxStatus sandbox();

    /**
     * Reads what the program sends until it has ended, on the caller's thread.
     *
     * @param listener receives output and files in the order in which they come
     * @return how the program ended
     * @throws IOException if the sandbox broke, or the run was closed from another thread, or the listener threw it
     */
    RunReport await(RunListener listener) throws IOException;

    /**
     * After {@link #await}: returns when every process of the run is gone, on the caller's thread.
     *
     * @throws IOException if the sandbox broke, or the run was closed from another thread
     */
    void awaitGone() throws IOException;

    /**
     * Ends the program if it still runs; {@link #await} returns then, with the reason {@code cancelled}. May be called from any
     * thread, and more than once.
     */
    void cancel();

    /** Ends the program if it still runs, with every process that it started. Idempotent. */
    @Override
    void close();
}
