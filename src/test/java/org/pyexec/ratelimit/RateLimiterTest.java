package org.pyexec.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;

class RateLimiterTest {

    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Client CLIENT = Client.local("192.0.2.1");

    private final AtomicLong nanoTime = new AtomicLong(-5_000_000_000L);
    private final RateLimiter limiter = limiter(50);

    @Test
    void remainingCountsDownToZeroAndTheNextIsRefused() {
        for (int left = 49; left >= 0; left--) {
            assertThat(limiter.tryTake(CLIENT)).isEqualTo(new Decision(true, 50, left, WINDOW));
        }

        assertThat(limiter.tryTake(CLIENT)).isEqualTo(new Decision(false, 50, 0, WINDOW));
    }

    @Test
    void resetIsTheEndOfTheWindowThatTheFirstRequestStarted() {
        limiter.tryTake(CLIENT);
        step(Duration.ofMinutes(5));
        assertThat(limiter.tryTake(CLIENT).untilReset()).isEqualTo(Duration.ofMinutes(10));
        step(Duration.ofMinutes(9));
        assertThat(limiter.tryTake(CLIENT)).isEqualTo(new Decision(true, 50, 47, Duration.ofMinutes(1)));
    }

    @Test
    void refusedClientIsServedWhenItHasWaitedAsTold() {
        take(50);
        step(Duration.ofMillis(100_500));
        Decision refused = limiter.tryTake(CLIENT);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.secondsUntilReset()).isEqualTo(800);

        step(refused.untilReset().minusNanos(1));
        assertThat(limiter.tryTake(CLIENT).allowed()).isFalse();
        step(Duration.ofNanos(1));
        assertThat(limiter.tryTake(CLIENT)).isEqualTo(new Decision(true, 50, 49, WINDOW));
    }

    @Test
    void nothingComesBackBeforeTheWindowEnds() {
        take(50);
        step(WINDOW.minusNanos(1));

        assertThat(limiter.tryTake(CLIENT).allowed()).isFalse();
    }

    @Test
    void refusedRequestsDoNotLengthenTheWindow() {
        take(50);
        step(Duration.ofMinutes(14));
        take(100);
        step(Duration.ofMinutes(1));

        assertThat(limiter.tryTake(CLIENT).remaining()).isEqualTo(49);
    }

    @Test
    void clientThatComesBackLateStartsNewWindow() {
        take(50);
        step(WINDOW.multipliedBy(2).minusSeconds(1));

        assertThat(limiter.tryTake(CLIENT)).isEqualTo(new Decision(true, 50, 49, WINDOW));
        take(49);
        step(Duration.ofSeconds(2));
        assertThat(limiter.tryTake(CLIENT).allowed()).isFalse();
    }

    @Test
    void clientsDoNotShare() {
        take(50);

        assertThat(limiter.tryTake(Client.local("192.0.2.2")).remaining()).isEqualTo(49);
    }

    @Test
    void zeroMeansNoLimit() {
        RateLimiter off = limiter(0);

        for (int i = 0; i < 1000; i++) {
            assertThat(off.tryTake(CLIENT)).isEqualTo(new Decision(true, 0, 0, Duration.ZERO));
        }
    }

    @Test
    void limitOfOneAllowsOne() {
        RateLimiter one = limiter(1);

        assertThat(one.tryTake(CLIENT)).isEqualTo(new Decision(true, 1, 0, WINDOW));
        assertThat(one.tryTake(CLIENT).allowed()).isFalse();
    }

    @Test
    void exactlyTheLimitIsAllowedAmongParallelRequests() throws Exception {
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<Long>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(() -> {
                    start.await();
                    return take(20);
                }));
            }
            long allowed = 0;
            for (Future<Long> future : futures) {
                allowed += future.get();
            }
            assertThat(allowed).isEqualTo(50);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void secondsAreRoundedUp() {
        assertThat(new Decision(true, 1, 0, Duration.ZERO).secondsUntilReset()).isZero();
        assertThat(new Decision(true, 1, 0, Duration.ofNanos(1)).secondsUntilReset())
                .isEqualTo(1);
        assertThat(new Decision(true, 1, 0, WINDOW).secondsUntilReset()).isEqualTo(900);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimitSettings(-1, WINDOW));
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimitSettings(1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimitSettings(1, Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateLimitSettings(1, Duration.ofSeconds(Long.MAX_VALUE)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateLimitSettings(Integer.MAX_VALUE, Duration.ofSeconds(1)));
    }

    @Test
    void largestSettingsWork() {
        RateLimiter largest =
                new RateLimiter(new RateLimitSettings(Integer.MAX_VALUE, Duration.ofDays(366)), nanoTime::get);

        assertThat(largest.tryTake(CLIENT))
                .isEqualTo(new Decision(true, Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Duration.ofDays(366)));
        assertThat(new RateLimiter(new RateLimitSettings(1_000_000_000, Duration.ofSeconds(1)), nanoTime::get)
                        .tryTake(CLIENT)
                        .allowed())
                .isTrue();
    }

    private RateLimiter limiter(int max) {
        return new RateLimiter(new RateLimitSettings(max, WINDOW), nanoTime::get);
    }

    private long take(int times) {
        long allowed = 0;
        for (int i = 0; i < times; i++) {
            allowed += limiter.tryTake(CLIENT).allowed() ? 1 : 0;
        }
        return allowed;
    }

    private void step(Duration duration) {
        nanoTime.addAndGet(duration.toNanos());
    }
}
