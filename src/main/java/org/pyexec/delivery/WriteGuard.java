package org.pyexec.delivery;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Delays the end of a request while one of our threads still writes its answer. When a client goes away, Tomcat 10.1 ends the
 * request on a thread of its own and reuses its objects for the next connection: what our thread then writes would reach that
 * connection. Safe for use by many threads; the thread that writes begins and closes it.
 */
final class WriteGuard implements AsyncListener, AutoCloseable {

    private static final long PATIENCE_SECONDS = 5; // a broken connection does not block for long

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable Thread writer;

    void begin() {
        writer = Thread.currentThread();
    }

    @Override
    public void close() {
        done.countDown();
    }

    /** The server ends the request when this has returned. */
    @Override
    public void onError(AsyncEvent event) {
        Thread busy = writer;
        if (busy == null || busy.equals(Thread.currentThread())) {
            return;
        }
        try {
            boolean unused = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onTimeout(AsyncEvent event) {}
}
