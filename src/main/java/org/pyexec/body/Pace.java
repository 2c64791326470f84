package org.pyexec.body;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whether a body comes fast enough. It may come as slowly as it likes for a while, as short ones do over bad connections; a long one
 * that comes a byte at a time would be held for hours. Not safe for use by many threads.
 */
final class Pace {

    /** So fast it has to come after the {@link #LEISURE}, in each {@link #WINDOW}. */
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
     * Looks at it, now and then.
     *
     * @param bytes that have come until now
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
