package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A program with its own sandbox and its own connection to the supervisor; closing the connection ends the program. */
final class ForkServerRun implements SandboxRun {

    private static final System.Logger LOG = System.getLogger(ForkServerRun.class.getName());

    private final SupervisorConnection connection;
    private final SandboxStatus sandbox;

    private ForkServerRun(SupervisorConnection connection, SandboxStatus sandbox) {
        this.connection = connection;
        this.sandbox = sandbox;
    }

    /**
     * Sends the program and waits until it has started. The channel belongs to the run from now on.
     *
     * @throws SandboxUnavailableException if the supervisor refuses; the channel is closed then
     * @throws InputGoneException if one of its files is not there any more; the channel is closed then
     * @throws IOException if the supervisor went away; the channel is closed then
     */
    static ForkServerRun start(SocketChannel channel, SandboxStatus sandbox, Program program)
            throws IOException, SandboxUnavailableException, InputGoneException {
        SupervisorConnection connection = new SupervisorConnection(channel);
        boolean started = false;
        try {
            connection.send(RequestFrame.of(program));
            connection.awaitStart();
            connection.hand(program.inputs().files());
            started = true;
            return new ForkServerRun(connection, sandbox);
        } finally {
            if (!started) {
                connection.close();
            }
        }
    }

    @Override
    public SandboxStatus sandbox() {
        return sandbox;
    }

    @Override
    public RunReport await(RunListener listener) throws IOException {
        return connection.await(listener);
    }

    @Override
    public void awaitGone() throws IOException {
        connection.awaitEnd();
    }

    @Override
    public void cancel() {
        try {
            connection.send(Frames.frame(Frames.CANCEL, List.of()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=over_already", e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
