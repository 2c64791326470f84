package org.pyexec.sandbox;

import java.util.Optional;

/** A live interpreter in a sandbox of its own, which runs one program after another. Safe for use by many threads. */
public interface SandboxSession extends AutoCloseable {

    /**
     * Hands over the next program, which starts at once; not before the one before has been awaited. Cancelling and closing
     * the run interrupts it (KeyboardInterrupt); the session goes on if it lets itself be interrupted.
     *
     * @throws SessionEndedException if the interpreter is not there any more
     * @throws InputGoneException if one of its files is not there any more; if that was not known before the program had been
     *     announced, the session has ended
     */
    SandboxRun run(Program program) throws SessionEndedException, InputGoneException;

    /**
     * Carries out an order about the files of the session while no program runs in it; waits for that, on the caller's thread.
     *
     * @param receiver of a file that is read
     * @throws SessionEndedException if the session is not there any more
     * @throws InputGoneException if the file to be put is not there any more; if that was not known before it had been announced,
     *     the session has ended
     */
    FilesReport files(FileOrder order, FileReceiver receiver) throws SessionEndedException, InputGoneException;

    /**
     * Interrupts the program that runs, or that is about to; what does not stop is ended, and the session with it. Returns at
     * once.
     *
     * @return whether there is one
     */
    boolean interrupt();

    /**
     * Ends the session; a program that runs is told of, with the reason {@code cancelled}. An order about files that is being carried
     * out fails with {@link SessionEndedException}. Returns at once.
     */
    void end();

    /** Why the interpreter has ended; empty while it lives. Never waits for anything. */
    Optional<String> ended();

    /** Ends everything in it. Idempotent. */
    @Override
    void close();
}
