package org.pyexec.ratelimit;

import java.time.Duration;

/**
 * Whether a request may pass, with the numbers for the {@code RateLimit} headers.
 *
 * @param allowed false if the client has used up its window
 * @param limit requests per window; 0 if there is no limit
 * @param remaining requests left in this window after this one, never negative
 * @param untilReset until the client's window ends and all requests are back, never negative
 */
public record Decision(boolean allowed, int limit, int remaining, Duration untilReset) {

    public Decision {
        if (remaining < 0 || untilReset.isNegative()) {
            throw new IllegalArgumentException("negative: " + remaining + ", " + untilReset);
        }
    }

    /** Until the reset in whole seconds, rounded up: who waits that long is served. */
    public long secondsUntilReset() {
        return untilReset.plusNanos(999_999_999).toSeconds();
    }
}
