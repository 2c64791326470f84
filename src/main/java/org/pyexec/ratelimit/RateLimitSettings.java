package org.pyexec.ratelimit;

import java.time.Duration;

/**
 * How many requests a client may make.
 *
 * @param max requests per window; 0 means no limit
 * @param window its length, counted from a client's first request
 */
public record RateLimitSettings(int max, Duration window) {

    public RateLimitSettings {
        if (max < 0) {
            throw new IllegalArgumentException("maximum of requests is negative: " + max);
        }
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("window is not positive: " + window);
        }
    }

    /** Whether there is a limit at all. */
    public boolean enabled() {
        return max > 0;
    }
}
