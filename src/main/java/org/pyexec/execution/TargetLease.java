package org.pyexec.execution;

import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxUnavailableException;

/** The right to run one program on a target; given back once by {@link #close}. */
public interface TargetLease extends AutoCloseable {

    /**
     * Starts the program.
     *
     * @throws RefusedException if it cannot run there any more
     * @throws SandboxUnavailableException if isolation or the interpreter can't be had at the moment
     * @throws InputGoneException if one of its files is not there any more
     */
    SandboxRun open(Program program) throws RefusedException, SandboxUnavailableException, InputGoneException;

    @Override
    void close();
}
