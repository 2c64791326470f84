package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // such a clock may overflow
    private final Heartbeat heartbeat = new Heartbeat(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void firstBeatMayTakeAMinute() {
        heartbeat.start();
        pass(Duration.ofSeconds(59));
        assertThat(heartbeat.isInDoubt()).isFalse();
        assertThat(heartbeat.isLost()).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(heartbeat.isLost()).isTrue();
    }

    @Test
    void silenceIsDoubtAfterTwoSecondsAndTheEndAfterTwenty() {
        heartbeat.beat(Duration.ZERO);
        pass(Duration.ofMillis(1900));
        assertThat(heartbeat.isInDoubt()).isFalse();
        pass(Duration.ofMillis(200));
        assertThat(heartbeat.isInDoubt()).isTrue();
        assertThat(heartbeat.isLost()).isFalse();
        pass(Duration.ofSeconds(18));
        assertThat(heartbeat.isLost()).isTrue();
        heartbeat.beat(Duration.ZERO);
        assertThat(heartbeat.isInDoubt()).isFalse();
        assertThat(heartbeat.isLost()).isFalse();
    }

    @Test
    void nextSupervisorHasTimeToStart() {
        heartbeat.beat(Duration.ofMillis(7));
        pass(Duration.ofSeconds(30));
        heartbeat.start();
        assertThat(heartbeat.isInDoubt()).isFalse();
        assertThat(heartbeat.isLost()).isFalse();
        assertThat(heartbeat.worstLag()).isZero();
    }

    @Test
    void worstLagIsThatOfTheLastMinute() {
        heartbeat.beat(Duration.ofMillis(300));
        pass(Duration.ofSeconds(30));
        heartbeat.beat(Duration.ofMillis(20));
        assertThat(heartbeat.worstLag()).isEqualTo(Duration.ofMillis(300));
        pass(Duration.ofSeconds(31));
        heartbeat.beat(Duration.ofMillis(5));
        assertThat(heartbeat.worstLag()).isEqualTo(Duration.ofMillis(20));
    }
}
