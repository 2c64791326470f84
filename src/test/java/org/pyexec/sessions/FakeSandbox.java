package org.pyexec.sessions;

import java.util.ArrayList;
import java.util.List;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;

/** A sandbox that opens sessions, or does not, and runs nothing. */
final class FakeSandbox implements Sandbox {

    final List<FakeSession> opened = new ArrayList<>();
    boolean broken;

    @Override
    public SandboxRun open(Program program) {
        throw new AssertionError("programs run in sessions here");
    }

    @Override
    public SandboxSession openSession(SessionTerms terms) throws SandboxUnavailableException {
        if (broken) {
            throw new SandboxUnavailableException("broken");
        }
        FakeSession session = new FakeSession();
        opened.add(session);
        return session;
    }

    @Override
    public SandboxStatus status() {
        throw new AssertionError("nobody has to ask");
    }

    @Override
    public void close() {}
}
