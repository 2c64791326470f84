package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection to the supervisor for the life of a session; closing it ends everything. */
final class ForkServerSession implements SandboxSession {

    private static final System.Logger LOG = System.getLogger(ForkServerSession.class.getName());
    private static final String LOST = "The sandbox was restarted, or its server ended";

    private final SupervisorConnection connection;
    private final SandboxStatus sandbox;

    // mutable state, guarded by this
    private @Nullable String reason; // once it has ended
    private Phase phase = Phase.IDLE;
    private final List<ByteBuffer> postponed = new ArrayList<>();

    private enum Phase {
        IDLE,
        /** What comes over the connection belongs to the program: orders wait until it has all of it. */
        HANDING_OVER,
        RUNNING,
        /** No program runs, but an order is carried out. */
        AT_FILES
    }

    private ForkServerSession(SupervisorConnection connection, SandboxStatus sandbox) {
        this.connection = connection;
        this.sandbox = sandbox;
    }

    /**
     * Asks for an interpreter and waits until it is there. The channel belongs to the session from now on.
     *
     * @throws SandboxUnavailableException if the supervisor refuses; the channel is closed then
     * @throws IOException if the supervisor went away; the channel is closed then
     */
    static ForkServerSession start(SocketChannel channel, SandboxStatus sandbox, SessionTerms terms)
            throws IOException, SandboxUnavailableException {
        SupervisorConnection connection = new SupervisorConnection(channel);
        boolean started = false;
        try {
            connection.send(RequestFrame.of(terms));
            connection.awaitStart();
            started = true;
            return new ForkServerSession(connection, sandbox);
        } finally {
            if (!started) {
                connection.close();
            }
        }
    }

    @Override
    public SandboxRun run(Program program) throws SessionEndedException, InputGoneException {
        for (InputFile file : program.inputs().files()) {
            file.content().check();
        }
        enter(Phase.HANDING_OVER);
        boolean handed = false;
        try {
            request(program);
            connection.hand(program.inputs().files());
            goOn();
            handed = true;
            return new SessionRun(this, connection, sandbox);
        } catch (SupervisorConnection.GoneException e) {
            throw new SessionEndedException(lose(String.valueOf(e.getMessage())));
        } catch (IOException | SandboxUnavailableException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=session_lost", e);
            throw new SessionEndedException(lose(LOST));
        } finally {
            if (!handed) {
                lose("One of the files for a program was gone");
            }
        }
    }

    @Override
    public FilesReport files(FileOrder order, FileReceiver receiver) throws SessionEndedException, InputGoneException {
        if (order instanceof FileOrder.Put put) {
            put.content().check();
        }
        enter(Phase.AT_FILES);
        boolean done = false;
        try {
            FilesReport report = connection.carryOut(order, receiver);
            leaveFiles();
            done = true;
            return report;
        } catch (SupervisorConnection.GoneException e) {
            throw new SessionEndedException(lose(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=session_lost", e);
            throw new SessionEndedException(lose(LOST));
        } finally {
            if (!done) {
                lose("An order about its files was not carried out"); // what it still says would be taken for the
                // next answer
            }
        }
    }

    private synchronized void enter(Phase next) throws SessionEndedException {
        if (reason != null) {
            throw new SessionEndedException(reason);
        }
        if (phase != Phase.IDLE) {
            throw new IllegalStateException("Another program runs");
        }
        phase = next;
    }

    private synchronized void leaveFiles() {
        phase = Phase.IDLE;
    }

    private void request(Program program) throws IOException, SandboxUnavailableException {
        try {
            connection.send(RequestFrame.of(program));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=request_not_taken", e); // what was said last tells why
        }
        connection.awaitStart();
    }

    /** The program has everything: what was ordered meanwhile follows. */
    private synchronized void goOn() {
        if (phase == Phase.HANDING_OVER) {
            phase = Phase.RUNNING;
        }
        postponed.forEach(this::order);
        postponed.clear();
    }

    /** It has ended, for this reason unless there was one before, which is returned. */
    private synchronized String lose(String why) {
        phase = Phase.IDLE;
        if (reason == null) {
            reason = why;
        }
        connection.close();
        return reason;
    }

    @Override
    public boolean interrupt() {
        synchronized (this) {
            if (phase == Phase.IDLE || phase == Phase.AT_FILES) {
                return false;
            }
            stop("interrupted");
            return true;
        }
    }

    void stop(String word) {
        order(Frames.frame(Frames.INTERRUPT, word.getBytes(StandardCharsets.US_ASCII)));
    }

    /** An order about files does not keep it: its process may never answer, and nothing counts the sessions that have been ended. */
    @Override
    public synchronized void end() {
        if (phase == Phase.AT_FILES) {
            lose("It was ended");
        } else {
            order(Frames.frame(Frames.CANCEL, List.of()));
        }
    }

    private synchronized void order(ByteBuffer frame) {
        if (phase == Phase.HANDING_OVER) {
            postponed.add(frame);
            return;
        }
        try {
            connection.send(frame);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=over_already", e);
        }
    }

    @Override
    public synchronized Optional<String> ended() {
        if (reason == null && phase == Phase.IDLE) {
            try {
                connection.look();
            } catch (SupervisorConnection.GoneException e) {
                lose(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "event=session_lost", e);
                lose(LOST);
            }
        }
        return Optional.ofNullable(reason);
    }

    @Override
    public void close() {
        lose("It was closed");
    }

    /** A program has ended; whoever calls it holds the lock. */
    void programEnded(RunReport report) {
        phase = Phase.IDLE;
        if (report.session() == RunReport.Session.ENDED && reason == null) {
            String details = report.termination().details();
            reason = details.isEmpty() ? "The program ended the interpreter" : details;
        }
    }

    /** What the program still says would be taken for the next program's. */
    void programLost() {
        lose(LOST);
    }
}
