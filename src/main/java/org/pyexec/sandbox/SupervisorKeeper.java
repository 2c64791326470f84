package org.pyexec.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a supervisor running, and knows its state. Safe for use by many threads.
 *
 * <p>One task on the background executor finds the interpreter, keeps a supervisor running and listens to it, until this is
 * closed. Whatever fails is tried again, so an interpreter that appears later is found. Another task ends a supervisor that
 * is not heard any more.
 */
final class SupervisorKeeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SupervisorKeeper.class.getName());
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration STEADY = Duration.ofSeconds(30);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);
    private static final String STARTING = "The sandbox is starting";

    private final SandboxSettings settings;
    private final InterpreterSearch search;
    private final List<String> launcher;
    private final Heartbeat heartbeat = new Heartbeat(System::nanoTime);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    // mutable state, guarded by this
    private SandboxStatus status = unavailable(STARTING);
    private boolean starting = true;
    private boolean closed;
    private @Nullable PythonHalf half;
    private @Nullable Supervisor supervisor;
    private @Nullable Packages packages;

    private SupervisorKeeper(SandboxSettings settings, List<String> launcher) {
        this.settings = settings;
        this.launcher = List.copyOf(launcher);
        this.search = new InterpreterSearch(settings.python(), settings.preload());
    }

    /**
     * Returns at once; the supervisor becomes ready in the background.
     *
     * @param background runs two tasks until this is closed
     * @param launcher words in front of the supervisor's command, such as a change of identity
     */
    static SupervisorKeeper start(SandboxSettings settings, Executor background, List<String> launcher) {
        SupervisorKeeper keeper = new SupervisorKeeper(settings, launcher);
        background.execute(keeper::keep);
        background.execute(keeper::watch);
        return keeper;
    }

    /** A supervisor that takes programs. */
    record Ready(PythonHalf half, SandboxStatus status) {}

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
        if (!status.ready() || half == null) {
            throw new SandboxUnavailableException(status.problem().orElse(STARTING));
        }
        return new Ready(half, status);
    }

    /** Waits, and tells whether this was closed meanwhile, or the thread interrupted. */
    boolean isClosingWithin(Duration pause) {
        try {
            return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** The process id of the running supervisor. */
    synchronized OptionalLong supervisorPid() {
        return supervisor == null ? OptionalLong.empty() : OptionalLong.of(supervisor.pid());
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

    @Override
    public void close() {
        Supervisor running;
        synchronized (this) {
            closed = true;
            running = supervisor;
            notifyAll();
        }
        closing.countDown();
        if (running != null) {
            running.close();
        }
        try {
            if (!ended.await(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "event=sandbox_end_not_seen");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- the background tasks ---

    private void keep() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!isClosed()) {
                long beganNanos = System.nanoTime();
                try {
                    keepOne();
                } catch (InterpreterSearch.NotFoundException e) {
                    becomeUnavailable(e.problem());
                } catch (IOException e) {
                    becomeUnavailable("The sandbox could not be started: " + e.getMessage());
                } catch (RuntimeException | Error e) {
                    // Whatever it is, such as a want of memory: without this task there would be no sandbox any more.
                    becomeUnavailable("The sandbox could not be started: " + e);
                }
                boolean steady = System.nanoTime() - beganNanos > STEADY.toNanos();
                pause = steady ? FIRST_PAUSE : longer(pause);
                if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the container shuts its executor down
        } finally {
            end();
        }
    }

    /** Kills a supervisor that hangs, and leaves the rest to the task that keeps one running. */
    private void watch() {
        boolean wasLost = false;
        try {
            while (!closing.await(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                boolean isLost = heartbeat.isLost();
                // Twice in a row: this process itself may have been stopped, and has to read first.
                if (isLost && wasLost) {
                    endHungSupervisor();
                }
                wasLost = isLost && !wasLost;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the container shuts its executor down
        }
    }

    private synchronized void endHungSupervisor() {
        if (supervisor != null) {
            LOG.log(System.Logger.Level.ERROR, "event=sandbox_hangs");
            supervisor.kill();
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** Runs one supervisor from its start to its end. */
    private void keepOne() throws IOException, InterpreterSearch.NotFoundException, InterruptedException {
        try (PythonHalf fresh = PythonHalf.unpack(settings.runtimeDirectory())) {
            Interpreter python = search.find(fresh.main());
            try (Supervisor running = Supervisor.start(launcher, python, fresh, settings)) {
                if (!publish(running, fresh)) {
                    return;
                }
                running.listen(this::hear);
            }
            if (!isClosed()) {
                LOG.log(System.Logger.Level.WARNING, "event=sandbox_ended");
            }
        } finally {
            withdraw();
        }
    }

    private synchronized boolean publish(Supervisor running, PythonHalf fresh) {
        heartbeat.start();
        supervisor = running;
        half = fresh;
        return !closed;
    }

    private synchronized void withdraw() {
        supervisor = null;
        half = null;
        if (status.ready()) {
            starting = true;
            status = unavailable("The sandbox is being restarted");
        }
    }

    private void hear(String line) {
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

    private synchronized void becomeUnavailable(String problem) {
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

    private synchronized boolean isClosed() {
        return closed;
    }

    private void end() {
        synchronized (this) {
            status = unavailable("The sandbox is closed");
            starting = false;
            notifyAll();
        }
        ended.countDown();
    }
}
