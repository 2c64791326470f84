package org.pyexec.sandbox;

import java.io.IOException;

/** One program of a session. Its frames use the session's connection. */
final class SessionRun implements SandboxRun {

    private final ForkServerSession session;
    private final SupervisorConnection connection;
    private final SandboxStatus sandbox;

    private boolean over; // guarded by the session
    private boolean last; // used by the thread that awaits

    /**
     * @param connection of the session
     */
    SessionRun(ForkServerSession session, SupervisorConnection connection, SandboxStatus sandbox) {
        this.session = session;
        this.connection = connection;
        this.sandbox = sandbox;
    }

    @Override
    public SandboxStatus sandbox() {
        return sandbox;
    }

    @Override
    public RunReport await(RunListener listener) throws IOException {
        try {
            RunReport report = connection.await(listener);
            last = report.session() == RunReport.Session.ENDED;
            synchronized (session) {
                over = true;
                session.programEnded(report);
            }
            return report;
        } catch (IOException | RuntimeException e) {
            synchronized (session) {
                over = true;
                session.programLost();
            }
            throw e;
        }
    }

    @Override
    public void awaitGone() throws IOException {
        if (last) {
            connection.awaitEnd();
            connection.close();
        }
    }

    @Override
    public void cancel() {
        synchronized (session) { // or it might be the next program that is cancelled
            if (!over) {
                session.stop("cancelled");
            }
        }
    }

    @Override
    public void close() {
        cancel();
    }
}
