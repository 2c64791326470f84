package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs an action on an asynchronous request after the server's thread that dispatched it has returned.
 *
 * <p>A body that came with the head makes a read listener be called while that thread is still on its way back, and
 * Payara 6 then runs a dispatch twice or never, as its listener's thread and the first one both look for it. The
 * specification tells when the thread has returned: from then on {@link AsyncContext#setTimeout} throws. Servers that
 * do not throw get a moment of patience instead.
 */
public record AfterDispatchReturns(AsyncContext context, BackgroundExecutor background, long sinceNanos) {

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LAST_STEPS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Called by the server's thread. */
    public static AfterDispatchReturns of(AsyncContext context, BackgroundExecutor background) {
        return new AfterDispatchReturns(context, background, System.nanoTime());
    }

    /** Returns at once. Without a thread of the application server, the action runs on the timer's: an answer must come. */
    public void run(Runnable action) {
        try {
            background.execute(() -> runOrWait(action));
        } catch (RejectedExecutionException e) {
            aMomentLater(() -> runOrWait(action));
        }
    }

    /** Blocks until the server's thread has returned; for a thread that stays with this request anyway. */
    public void await() {
        while (System.nanoTime() - sinceNanos <= PATIENCE_NANOS && !hasReturned()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        LockSupport.parkNanos(LAST_STEPS_NANOS);
    }

    private void runOrWait(Runnable action) {
        if (System.nanoTime() - sinceNanos > PATIENCE_NANOS) {
            action.run();
        } else if (hasReturned()) {
            aMomentLater(action); // it is on its last steps
        } else {
            aMomentLater(() -> runOrWait(action));
        }
    }

    private void aMomentLater(Runnable action) {
        background.schedule(LAST_STEPS_NANOS, TimeUnit.NANOSECONDS, action);
    }

    private boolean hasReturned() {
        try {
            context.setTimeout(0);
            return false;
        } catch (IllegalStateException returned) {
            return true;
        }
    }
}
