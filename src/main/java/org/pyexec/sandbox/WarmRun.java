package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A program with a sandbox, and a connection to the supervisor, of its own; closing that ends it. */
final class WarmRun implements SandboxRun {

    private static final System.Logger LOG = System.getLogger(WarmRun.class.getName());

    private final Wire wire;
    private final SandboxStatus sandbox;

    private WarmRun(Wire wire, SandboxStatus sandbox) {
        this.wire = wire;
        this.sandbox = sandbox;
    }

    /**
     * Sends the program and waits until it has started. The channel belongs to the run from now on.
     *
     * @throws SandboxUnavailableException if the supervisor refuses; the channel is closed then
     * @throws InputGoneException if one of its files is not there any more; the channel is closed then
     * @throws IOException if the supervisor went away; the channel is closed then
     */
    static WarmRun start(SocketChannel channel, SandboxStatus sandbox, Program program)
            throws IOException, SandboxUnavailableException, InputGoneException {
        Wire wire = new Wire(channel);
        boolean started = false;
        try {
            wire.send(RequestFrame.of(program));
            wire.awaitStart();
            wire.hand(program.inputs().files());
            started = true;
            return new WarmRun(wire, sandbox);
        } finally {
            if (!started) {
                wire.close();
            }
        }
    }

    @Override
    public SandboxStatus sandbox() {
        return sandbox;
    }

    @Override
    public RunReport await(RunListener listener) throws IOException {
        return wire.await(listener);
    }

    @Override
    public void awaitGone() throws IOException {
        wire.awaitEnd();
    }

    @Override
    public void cancel() {
        try {
            wire.send(Frames.frame(Frames.CANCEL, List.of()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=over_already", e);
        }
    }

    @Override
    public void close() {
        wire.close();
    }
}
