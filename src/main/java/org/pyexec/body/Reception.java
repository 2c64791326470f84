package org.pyexec.body;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;

/**
 * How far the receiving of one body has come, and what is to be done next. It knows neither the server nor the bytes: their
 * counts and the times go in, {@link Step}s come out. Times are those of {@link System#nanoTime}. Not safe for use by many
 * threads.
 */
final class Reception {

    private static final long NEVER = -1;

    private final BodyLimits limits;
    private final long maxBytes;
    private final Refused tooLarge;
    private final long promisedBytes;
    private final Pace pace;

    private @Nullable Refused refused; // from then on the body is drained
    private long drainingSinceNanos;
    private long receivedBytes;
    private long lastProgressNanos;
    private long readableAtBytes = NEVER;

    /** What is to be done. */
    sealed interface Step {

        /** Keep the bytes, and go on. */
        record Keep() implements Step {}

        /** Throw the bytes away, if there are any, and go on. */
        record GoOn() implements Step {}

        /** The body is complete: hand the request on. */
        record HandOn() implements Step {}

        /**
         * Answer with an error.
         *
         * @param early whether that is before the end of the body, so that the connection cannot be used any more
         */
        record Refuse(Refused why, boolean early) implements Step {}
    }

    /**
     * @param maxBytes how long the body may be
     * @param tooLarge what a longer one is answered with
     * @param promisedBytes its Content-Length; negative if there is none
     */
    Reception(BodyLimits limits, long maxBytes, Refused tooLarge, long promisedBytes, long nowNanos) {
        this.limits = limits;
        this.maxBytes = maxBytes;
        this.tooLarge = tooLarge;
        this.promisedBytes = promisedBytes;
        this.pace = new Pace(nowNanos);
        this.lastProgressNanos = nowNanos;
    }

    /** From now on the body is drained: a bounded part of it is thrown away, and then it is answered with the error. */
    void refuse(Refused why, long nowNanos) {
        refused = why;
        drainingSinceNanos = nowNanos;
    }

    /** Some bytes have come. */
    Step received(int count, long nowNanos) {
        lastProgressNanos = nowNanos;
        receivedBytes += count;
        if (refused != null) {
            return drained(refused, nowNanos);
        }
        if (receivedBytes > maxBytes) {
            refuse(tooLarge, nowNanos);
            return new Step.GoOn();
        }
        return new Step.Keep();
    }

    /** The server says that this was the last byte. */
    Step ended() {
        if (refused != null) {
            return new Step.Refuse(refused, false);
        }
        boolean complete = promisedBytes < 0 || promisedBytes == receivedBytes;
        return complete ? new Step.HandOn() : broken();
    }

    /** The body cannot be read to its end. */
    static Step broken() {
        return new Step.Refuse(Refusals.INCOMPLETE_BODY.with(), true);
    }

    /** Some time has passed. */
    Step checked(long nowNanos) {
        if (refused != null && drained(refused, nowNanos) instanceof Step.Refuse step) {
            return step;
        }
        if (nowNanos - lastProgressNanos > limits.stall().toNanos()) {
            return tooSlow(Refusals.BODY_STALLED.with(limits.stall().toSeconds()));
        }
        return pace.isTooSlow(nowNanos, receivedBytes)
                ? tooSlow(Refusals.BODY_TOO_SLOW.with(Pace.LEISURE.toMinutes(), Pace.BYTES_PER_SECOND))
                : new Step.GoOn();
    }

    /** Whether all the bytes that were promised are there. */
    boolean hasAllPromised() {
        return receivedBytes == promisedBytes;
    }

    /**
     * Whether the server has forgotten to tell that there is more: it was so at the check before, and nothing has been read in
     * between. To be called at every check.
     *
     * @param readable whether there is more
     */
    boolean missesNotification(boolean readable) {
        boolean missed = readable && readableAtBytes == receivedBytes;
        readableAtBytes = readable ? receivedBytes : NEVER;
        return missed;
    }

    private Step drained(Refused why, long nowNanos) {
        boolean enough = limits.isDrained(Duration.ofNanos(nowNanos - drainingSinceNanos), receivedBytes);
        return enough ? new Step.Refuse(why, true) : new Step.GoOn();
    }

    private static Step tooSlow(Refused why) {
        return new Step.Refuse(why, true);
    }
}
