package org.pyexec.web;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How long the application has been up. */
public final class Uptime {

    private final LongSupplier nanoTime;
    private final long sinceNanos;

    /** @param nanoTime a clock that nobody sets, in nanoseconds, such as {@code System::nanoTime} */
    public Uptime(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.sinceNanos = nanoTime.getAsLong();
    }

    /** Whole seconds. */
    public long seconds() {
        return Duration.ofNanos(nanoTime.getAsLong() - sinceNanos).toSeconds();
    }
}
