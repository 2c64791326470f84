package org.pyexec.execution;

import java.util.concurrent.CompletableFuture;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxUnavailableException;

/** Where a program runs: a fresh sandbox, or a session. Safe for use by many threads. */
public interface ExecutionTarget {

    /**
     * Asks for the right to run one program there. Returns at once.
     *
     * @return completed when the target is free for this program; whoever completes it exceptionally stops waiting; completed
     *     exceptionally by {@link RefusedException} when there will be no lease
     */
    CompletableFuture<TargetLease> lease();

    /** What is reported of a program that had to leave before it began. */
    RunReport.Session untouched();

    /** A sandbox of its own for each program. */
    static ExecutionTarget fresh(Sandbox sandbox) {
        TargetLease lease = new TargetLease() {
            @Override
            public SandboxRun open(Program program) throws SandboxUnavailableException, InputGoneException {
                return sandbox.open(program);
            }

            @Override
            public void close() {}
        };
        return new ExecutionTarget() {
            @Override
            public CompletableFuture<TargetLease> lease() {
                return CompletableFuture.completedFuture(lease);
            }

            @Override
            public RunReport.Session untouched() {
                return RunReport.Session.NONE;
            }
        };
    }
}
