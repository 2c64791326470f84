package org.pyexec.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How long the application has been up. */
public final class Uptime {

    private final Clock clock;
    private final Instant since;

    public Uptime(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /** Whole seconds, never negative. */
    long seconds() {
        return Math.max(0, Duration.between(since, clock.instant()).toSeconds());
    }
}
