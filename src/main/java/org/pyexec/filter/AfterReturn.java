package org.pyexec.filter;

import jakarta.servlet.AsyncContext;
import java.util.concurrent.TimeUnit;

/**
 * Acts on an asynchronous request when the server's thread that began it has returned, on another thread.
 *
 * <p>A body that came with the head makes a read listener be called while that thread is still on its way back, and
 * Payara 6 then runs a dispatch twice or never, as its listener's thread and the first one both look for it. The
 * specification tells when the thread has returned: from then on {@link AsyncContext#setTimeout} throws. Servers that
 * do not throw get a moment of patience instead.
 */
record AfterReturn(AsyncContext context, StallWatch threads, long sinceNanos) {

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    static AfterReturn of(AsyncContext context, StallWatch threads) {
        return new AfterReturn(context, threads, System.nanoTime());
    }

    /** Returns at once. */
    void run(Runnable action) {
        threads.execute(() -> runOrWait(action));
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
        threads.later(1, TimeUnit.MILLISECONDS, action);
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
