package org.pyexec.ratelimit;

import java.time.Duration;

/**
 * How many requests a client may make.
 *
 * @param max requests per window; 0 means no limit
 * @param window its length, counted from a client's first request
 */
public record RateLimitSettings(int max, Duration window) {

    private static final Duration LONGEST = Duration.ofDays(366);

    public RateLimitSettings {
        if (max < 0) {
            throw new IllegalArgumentException("maximum of requests is negative: " + max);
        }
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("window is not positive: " + window);
        }
        if (window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("window is longer than a year: " + window);
        }
        if (max > window.toNanos()) {
            throw new IllegalArgumentException("more than one request per nanosecond: " + max + " in " + window);
        }
    }

    /** Whether there is a limit at all. */
    public boolean enabled() {
        return max > 0;
    }
}
