package org.pyexec.body;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether a body comes fast enough. For some minutes any speed will do, since short bodies come slowly over bad
 * connections; but a long one that came byte by byte would be held for hours. Not safe for use by many threads.
 */
final class Pace {

    /** The minimum speed after {@link #LEISURE}, measured in each {@link #WINDOW}. */
    static final int BYTES_PER_SECOND = 8 << 10;

    static final Duration LEISURE = Duration.ofMinutes(5);
    static final Duration WINDOW = Duration.ofSeconds(30);

    private final long beganNanos;
    private long windowBeganNanos;
    private long windowBytes;

    /**
     * @param nowNanos as of {@link System#nanoTime}
     */
    Pace(long nowNanos) {
        this.beganNanos = nowNanos;
        this.windowBeganNanos = nowNanos;
    }

    /**
     * Called now and then.
     *
     * @param bytes received so far
     */
    boolean isTooSlow(long nowNanos, long bytes) {
        long window = nowNanos - windowBeganNanos;
        if (window < WINDOW.toNanos()) {
            return false;
        }
        boolean slow = bytes - windowBytes < TimeUnit.NANOSECONDS.toSeconds(window) * BYTES_PER_SECOND;
        windowBeganNanos = nowNanos;
        windowBytes = bytes;
        return slow && nowNanos - beganNanos > LEISURE.toNanos();
    }
}
