package org.pyexec.execution;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.pyexec.memory.Memory;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Results;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SessionTerms;
import org.pyexec.sandbox.Termination;

/** Its programs print zeros, leave one file, and show a bundle. */
final class PrintingSandbox implements Sandbox {

    private final Memory memory;
    int printed;
    int shown;
    int runs;
    boolean diesInTheEnd;
    boolean cancelled;
    boolean wanted;
    long heldAtItsEnd;
    Optional<Runnable> waiting = Optional.empty();
    SandboxStatus status = new SandboxStatus(
            Optional.of("fake"), List.of(), false, Optional.of("3.9"), Optional.empty(), Duration.ZERO);

    PrintingSandbox(Memory memory) {
        this.memory = memory;
    }

    @Override
    public SandboxRun open(Program program) {
        runs++;
        return new Run(status);
    }

    @Override
    public SandboxSession openSession(SessionTerms terms) {
        throw new AssertionError("no session is wanted");
    }

    @Override
    public SandboxStatus status() {
        return status;
    }

    @Override
    public void close() {}

    private final class Run implements SandboxRun {

        private final SandboxStatus began;

        Run(SandboxStatus began) {
            this.began = began;
        }

        @Override
        public SandboxStatus sandbox() {
            return began;
        }

        @Override
        public RunReport await(RunListener listener) throws IOException {
            waiting.ifPresent(Runnable::run);
            for (int left = printed; left > 0; left -= Math.min(left, ExecutionsTest.MIB)) {
                listener.stdout(new byte[Math.min(left, ExecutionsTest.MIB)]);
            }
            listener.file("a.txt", 1, new ByteArrayInputStream(new byte[1]));
            wanted = listener.wantsResults(shown);
            heldAtItsEnd = memory.heldBytes();
            if (diesInTheEnd) {
                status = new SandboxStatus(
                        Optional.empty(), List.of(), false, Optional.empty(), Optional.of("gone"), Duration.ZERO);
            }
            Termination termination =
                    new Termination(Termination.Reason.COMPLETED, OptionalInt.of(0), Optional.empty(), "");
            Optional<Results> results = wanted
                    ? Optional.of(new Results(List.of(), Optional.of("\"" + "x".repeat(shown) + "\"")))
                    : Optional.empty();
            return RunReport.ofNone(termination, results, RunReport.Session.NONE);
        }

        @Override
        public void awaitGone() {}

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void close() {}
    }
}
