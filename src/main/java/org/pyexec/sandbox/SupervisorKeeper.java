package org.pyexec.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration STEADY = Duration.ofSeconds(30);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

    private final SandboxSettings settings;
    private final InterpreterSearch search;
    private final List<String> launcher;
    private final SupervisorState state = new SupervisorState();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    // mutable state, guarded by this
    private @Nullable Supervisor supervisor;

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

    /** What is known of the supervisor. */
    SupervisorState state() {
        return state;
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

    @Override
    public void close() {
        state.close(); // first: a supervisor that is published later sees it
        Supervisor running;
        synchronized (this) {
            running = supervisor;
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
            while (!state.isClosed()) {
                long beganNanos = System.nanoTime();
                try {
                    keepOne();
                } catch (InterpreterSearch.NotFoundException e) {
                    state.becomeUnavailable(e.problem());
                } catch (IOException e) {
                    state.becomeUnavailable("The sandbox could not be started: " + e.getMessage());
                } catch (RuntimeException | Error e) {
                    // Whatever it is, such as a want of memory: without this task there would be no sandbox any more.
                    state.becomeUnavailable("The sandbox could not be started: " + e);
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
                boolean isLost = state.isLost();
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
        try (PythonRuntime fresh = PythonRuntime.unpack(settings.runtimeDirectory())) {
            Interpreter python = search.find(fresh.main());
            try (Supervisor running = Supervisor.start(launcher, python, fresh, settings)) {
                if (!publish(running, fresh)) {
                    return;
                }
                running.listen(state::hear);
            }
            if (!state.isClosed()) {
                LOG.log(System.Logger.Level.WARNING, "event=sandbox_ended");
            }
        } finally {
            withdraw();
        }
    }

    private boolean publish(Supervisor running, PythonRuntime fresh) {
        synchronized (this) {
            supervisor = running;
        }
        return state.started(fresh);
    }

    private void withdraw() {
        synchronized (this) {
            supervisor = null;
        }
        state.withdrawn();
    }

    private void end() {
        state.ended();
        ended.countDown();
    }
}
