package org.pyexec.delivery;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs actions on other threads, at once or after a delay. The timer has one thread, and runs an action itself only if there is
 * no other. Safe for use by many threads.
 */
public record BackgroundExecutor(Executor executor, ScheduledExecutorService timer) {

    /**
     * Runs the action now.
     *
     * @throws RejectedExecutionException if there is no thread
     */
    public void execute(Runnable action) {
        executor.execute(action);
    }

    /** Runs the action after the delay, on the timer's thread if the application server gives no other. */
    public void schedule(long delay, TimeUnit unit, Runnable action) {
        Future<?> unused = timer.schedule(() -> executeOrRunHere(action), delay, unit);
    }

    /** Runs the action now, on the calling thread if there is no other. */
    public void executeOrRunHere(Runnable action) {
        try {
            executor.execute(action);
        } catch (RejectedExecutionException e) {
            action.run();
        }
    }
}
