package org.pyexec.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of the supervisor, as its own lines report it. Whoever needs a supervisor waits here. Safe for use by many
 * threads.
 */
final class SupervisorState {

    private static final System.Logger LOG = System.getLogger(SupervisorKeeper.class.getName());
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    private static final String STARTING = "The sandbox is starting";

    private final Heartbeat heartbeat = new Heartbeat(System::nanoTime);

    // mutable state, guarded by this
    private SandboxStatus status = unavailable(STARTING);
    private boolean starting = true;
    private boolean closed;
    private @Nullable PythonRuntime runtime;
    private @Nullable Packages packages;

    /** A supervisor that takes programs. */
    record Ready(PythonRuntime runtime, SandboxStatus status) {}

    /** Waits a bounded time for a supervisor that is just starting. */
    synchronized Ready awaitReady() throws SandboxUnavailableException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (starting && !closed) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SandboxUnavailableException("Interrupted while the sandbox was starting", e);
            }
        }
        if (!status.ready() || runtime == null) {
            throw new SandboxUnavailableException(status.problem().orElse(STARTING));
        }
        return new Ready(runtime, status);
    }

    /** A supervisor has been started and says more soon; whether one is still wanted. */
    synchronized boolean started(PythonRuntime fresh) {
        heartbeat.start();
        runtime = fresh;
        return !closed;
    }

    /** The supervisor has gone. */
    synchronized void withdrawn() {
        runtime = null;
        if (status.ready()) {
            starting = true;
            status = unavailable("The sandbox is being restarted");
        }
    }

    /** No further supervisor is wanted. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** No supervisor runs any more, and none will. */
    synchronized void ended() {
        status = unavailable("The sandbox is closed");
        starting = false;
        notifyAll();
    }

    /** Whether a supervisor has been silent for too long. */
    boolean isLost() {
        return heartbeat.isLost();
    }

    synchronized SandboxStatus status() {
        if (status.ready() && heartbeat.isInDoubt()) {
            return status.withProblem("The sandbox does not answer");
        }
        return status.withWorstLag(heartbeat.worstLag());
    }

    /** Empty until a supervisor has found out; the last list stays while another one starts. */
    synchronized Optional<Packages> packages() {
        return Optional.ofNullable(packages);
    }

    /** Takes a line that the supervisor says. */
    void hear(String line) {
        String[] words = line.split("\t", -1);
        switch (words[0]) {
            case "ready" -> becomeReady(words);
            case "problem" -> becomeUnavailable(words[1]);
            case "alive" -> heartbeat.beat(Duration.ofMillis(Long.parseLong(words[1])));
            case "packages" -> learnPackages(words[1]);
            default -> LOG.log(System.Logger.Level.INFO, "event=sandbox_says text=\"{0}\"", line.replace("log\t", ""));
        }
    }

    private synchronized void becomeReady(String[] words) {
        status = new SandboxStatus(
                Optional.of(words[1]),
                List.of(words[3].split(",")),
                words[4].equals("network"),
                Optional.of(words[2]),
                Optional.empty(),
                Duration.ZERO);
        starting = false;
        notifyAll();
        LOG.log(
                System.Logger.Level.INFO,
                "event=sandbox_ready tier={0} python={1} layers={2}",
                words[1],
                words[2],
                words[3]);
    }

    private synchronized void learnPackages(String list) {
        try {
            packages = Packages.read(status.pythonVersion().orElse("unknown"), list);
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "event=packages_unknown", e);
        }
    }

    synchronized void becomeUnavailable(String problem) {
        if (!status.problem().equals(Optional.of(problem))) {
            LOG.log(System.Logger.Level.ERROR, "event=sandbox_unavailable problem=\"{0}\"", problem);
        }
        status = unavailable(problem);
        starting = false;
        notifyAll();
    }

    private static SandboxStatus unavailable(String problem) {
        return new SandboxStatus(
                Optional.empty(), List.of(), false, Optional.empty(), Optional.of(problem), Duration.ZERO);
    }

    synchronized boolean isClosed() {
        return closed;
    }
}
