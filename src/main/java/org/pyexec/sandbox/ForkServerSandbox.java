package org.pyexec.sandbox;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * A sandbox of forked interpreters: a supervisor in Python keeps isolated single-use children ready.
 *
 * <p>Every run and every session has a connection of its own to the supervisor.
 */
public final class ForkServerSandbox implements Sandbox {

    private static final Duration RETRY_PATIENCE = Duration.ofSeconds(5);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(20);

    private final SupervisorKeeper keeper;

    private ForkServerSandbox(SupervisorKeeper keeper) {
        this.keeper = keeper;
    }

    /**
     * Returns at once; the sandbox becomes ready in the background.
     *
     * @param background runs two tasks until the sandbox is closed
     */
    public static ForkServerSandbox start(SandboxSettings settings, Executor background) {
        return start(settings, background, List.of());
    }

    /** As above, with words in front of the supervisor's command, such as a change of identity. */
    static ForkServerSandbox start(SandboxSettings settings, Executor background, List<String> launcher) {
        return new ForkServerSandbox(SupervisorKeeper.start(settings, background, launcher));
    }

    @Override
    public SandboxRun open(Program program) throws SandboxUnavailableException, InputGoneException {
        checkNetwork(program.network());
        long deadline = System.nanoTime() + RETRY_PATIENCE.toNanos();
        while (true) {
            try {
                SupervisorState.Ready ready = keeper.state().awaitReady();
                return ForkServerRun.start(connect(ready.runtime()), ready.status(), program);
            } catch (IOException e) {
                pauseAfter(e, deadline);
            }
        }
    }

    @Override
    public SandboxSession openSession(SessionTerms terms) throws SandboxUnavailableException {
        checkNetwork(terms.network());
        long deadline = System.nanoTime() + RETRY_PATIENCE.toNanos();
        while (true) {
            try {
                SupervisorState.Ready ready = keeper.state().awaitReady();
                return ForkServerSession.start(connect(ready.runtime()), ready.status(), terms);
            } catch (IOException e) {
                pauseAfter(e, deadline);
            }
        }
    }

    private void checkNetwork(boolean wanted) throws SandboxUnavailableException {
        if (wanted && !status().network() && status().ready()) {
            throw new SandboxUnavailableException("Network access is not available");
        }
    }

    /** The supervisor has just died; nothing of what it was asked for is left, and the next one is being started. */
    private void pauseAfter(IOException failure, long deadline) throws SandboxUnavailableException {
        if (System.nanoTime() > deadline || keeper.isClosingWithin(RETRY_PAUSE)) {
            throw new SandboxUnavailableException("The sandbox is being restarted", failure);
        }
    }

    private static SocketChannel connect(PythonRuntime runtime) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(runtime.socket()));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The process id of the running supervisor. */
    OptionalLong supervisorPid() {
        return keeper.supervisorPid();
    }

    @Override
    public SandboxStatus status() {
        return keeper.state().status();
    }

    @Override
    public Optional<Packages> packages() {
        return keeper.state().packages();
    }

    @Override
    public void close() {
        keeper.close();
    }
}
