package org.pyexec.execution;

import java.util.concurrent.CompletableFuture;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxUnavailableException;

/** Where a program runs. Safe for use by many threads. */
public interface Venue {

    /**
     * The right to run one program there. Returns at once.
     *
     * @return completed when it is this program's turn; whoever completes it exceptionally gives the turn up; completed
     *     exceptionally by {@link RefusedException} when there will be none
     */
    CompletableFuture<Turn> turn();

    /** What is reported of a program that had to leave before its turn. */
    RunReport.Session untouched();

    /** The right to run one program; given back once by {@link #close}. */
    interface Turn extends AutoCloseable {

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

    /** A sandbox of its own for each program. */
    static Venue fresh(Sandbox sandbox) {
        Turn turn = new Turn() {
            @Override
            public SandboxRun open(Program program) throws SandboxUnavailableException, InputGoneException {
                return sandbox.open(program);
            }

            @Override
            public void close() {}
        };
        return new Venue() {
            @Override
            public CompletableFuture<Turn> turn() {
                return CompletableFuture.completedFuture(turn);
            }

            @Override
            public RunReport.Session untouched() {
                return RunReport.Session.NONE;
            }
        };
    }
}
