package org.pyexec.delivery;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Does things on other threads, at once or after a while: the timer's one thread does nothing itself as long as there is another.
 * Safe for use by many threads.
 */
public record BackgroundExecutor(Executor executor, ScheduledExecutorService timer) {

    /**
     * At once.
     *
     * @throws RejectedExecutionException if there is no thread
     */
    public void execute(Runnable action) {
        executor.execute(action);
    }

    /** After a while; when the application server gives no more threads this is the end of what it has taken. */
    public void schedule(long delay, TimeUnit unit, Runnable action) {
        Future<?> unused = timer.schedule(() -> executeOrRunHere(action), delay, unit);
    }

    /** At once, on this thread if there is no other. */
    public void executeOrRunHere(Runnable action) {
        try {
            executor.execute(action);
        } catch (RejectedExecutionException e) {
            action.run();
        }
    }
}
