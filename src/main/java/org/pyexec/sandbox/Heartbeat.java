package org.pyexec.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Watches the line that the supervisor writes every second. One thread of the supervisor serves all programs, and it
 * cannot notice itself that it is blocked. Safe for use by many threads.
 */
final class Heartbeat {

    /** How long a supervisor that has just been started may take to its first beat. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(60);

    /** On a machine with too much to do, one that does not hang may be silent for a while as well. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** After which probes are not told any more that programs can run; two beats. */
    private static final Duration DOUBT = Duration.ofSeconds(2);

    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;

    // mutable state, guarded by this
    private final Deque<Beat> beats = new ArrayDeque<>();
    private long startedNanos;

    /** @param nanoTime a clock that nobody sets, in nanoseconds, such as {@code System::nanoTime} */
    Heartbeat(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startedNanos = nanoTime.getAsLong();
    }

    private record Beat(long nanos, Duration lag) {}

    /** A new supervisor has been started. */
    synchronized void start() {
        beats.clear();
        startedNanos = nanoTime.getAsLong();
    }

    /** @param lag the longest time since the last beat for which one thing has kept all others waiting */
    synchronized void beat(Duration lag) {
        long now = nanoTime.getAsLong();
        beats.addLast(new Beat(now, lag));
        while (now - beats.getFirst().nanos() > REMEMBERED.toNanos()) {
            beats.removeFirst();
        }
    }

    /** Whether it should have been heard by now. */
    synchronized boolean isInDoubt() {
        return !beats.isEmpty() && silence().compareTo(DOUBT) > 0;
    }

    /** Whether it will not be heard any more. */
    synchronized boolean isLost() {
        return silence().compareTo(beats.isEmpty() ? FIRST_PATIENCE : PATIENCE) > 0;
    }

    /** The longest of the last minute. */
    synchronized Duration worstLag() {
        return beats.stream().map(Beat::lag).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private Duration silence() {
        long last = beats.isEmpty() ? startedNanos : beats.getLast().nanos();
        return Duration.ofNanos(nanoTime.getAsLong() - last);
    }
}
