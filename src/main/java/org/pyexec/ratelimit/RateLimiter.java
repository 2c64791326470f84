package org.pyexec.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.pyexec.client.Client;

/**
 * Counts requests per client in windows that start at the client's first request; safe for use by many threads.
 *
 * <p>A client's bucket is full again when its window ends, and then it is dropped, so the next request starts a new
 * window. At most 100,000 clients are known at a time; beyond that those seen least are forgotten and start anew.
 */
public final class RateLimiter {

    private static final int MAX_CLIENTS = 100_000;

    private final RateLimitSettings settings;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets;

    /** @param nanoTime a clock that never goes back, in nanoseconds, such as {@code System::nanoTime} */
    public RateLimiter(RateLimitSettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.time = new NanoTime(nanoTime);
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MAX_CLIENTS)
                .expireAfterWrite(settings.window())
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run) // its small chores need no thread that the container does not know
                .build();
    }

    /** Takes one request from the client's window if any is left; a refused request costs nothing. */
    public Decision tryTake(Client client) {
        if (!settings.enabled()) {
            return new Decision(true, 0, 0, Duration.ZERO);
        }
        ConsumptionProbe probe =
                buckets.get(client.name(), newcomer -> newBucket()).tryConsumeAndReturnRemaining(1);
        return new Decision(
                probe.isConsumed(),
                settings.max(),
                Math.toIntExact(probe.getRemainingTokens()),
                Duration.ofNanos(Math.max(0, probe.getNanosToWaitForReset())));
    }

    private Bucket newBucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(settings.max()).refillIntervally(settings.max(), settings.window()))
                .withCustomTimePrecision(time)
                .build();
    }

    private record NanoTime(LongSupplier clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return clock.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
