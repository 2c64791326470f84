package org.pyexec.sessions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FileReceiver;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;

/** A session that notes what it is told. */
final class FakeSession implements SandboxSession {

    final List<FileOrder> orders = new ArrayList<>();

    @Nullable
    String reason;

    boolean ended;
    boolean closed;

    @Override
    public SandboxRun run(Program program) {
        throw new AssertionError("turns are taken here, and no program is run");
    }

    @Override
    public FilesReport files(FileOrder order, FileReceiver receiver) {
        orders.add(order);
        return SessionsFixture.LISTED;
    }

    @Override
    public boolean interrupt() {
        return false;
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public Optional<String> ended() {
        return Optional.ofNullable(reason);
    }

    @Override
    public void close() {
        closed = true;
    }
}
