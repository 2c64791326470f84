package org.pyexec.sandbox;

import java.util.Optional;

/** Runs untrusted programs in isolation; the door of this room. Implementations are safe for use by many threads. */
public interface Sandbox extends AutoCloseable {

    /**
     * Opens a fresh, single-use sandbox and hands it the program, which starts at once.
     *
     * @throws SandboxUnavailableException if isolation or the interpreter can't be had at the moment
     * @throws InputGoneException if one of its files is not there any more
     */
    SandboxRun open(Program program) throws SandboxUnavailableException, InputGoneException;

    /**
     * Opens a fresh sandbox with an interpreter that runs one program after another.
     *
     * @throws SandboxUnavailableException if isolation or the interpreter can't be had at the moment
     */
    SandboxSession openSession(SessionTerms terms) throws SandboxUnavailableException;

    /** What can be had at the moment. Never starts an interpreter, never blocks. */
    SandboxStatus status();

    /** What programs can import; empty until that has been found out. Never blocks. */
    default Optional<Packages> packages() {
        return Optional.empty();
    }

    /** Ends every run and every process of the sandbox; nothing is left when it returns. */
    @Override
    void close();
}
