package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyLimitsTest {

    private static final BodyLimits LIMITS = BodyLimits.of(1000, 1000);
    private static final long MEGABYTE = 1 << 20;

    @Test
    void refusedBodyThatComesSlowlyIsReadForTenSeconds() {
        assertThat(LIMITS.isDrained(Duration.ofSeconds(10), 10_000)).isFalse();
        assertThat(LIMITS.isDrained(Duration.ofMillis(10_001), 10_000)).isTrue();
    }

    /** As on a machine that receives many at once. */
    @Test
    void refusedBodyThatGoesOnComingIsReadForLonger() {
        assertThat(LIMITS.isDrained(Duration.ofSeconds(60), 14 * MEGABYTE)).isFalse();
        assertThat(LIMITS.isDrained(Duration.ofSeconds(67), 14 * MEGABYTE)).isTrue();
    }

    @Test
    void noMoreThan64MegabytesOfARefusedBodyAreRead() {
        assertThat(LIMITS.isDrained(Duration.ZERO, 64 * MEGABYTE)).isFalse();
        assertThat(LIMITS.isDrained(Duration.ZERO, 64 * MEGABYTE + 1)).isTrue();
    }

    @Test
    void fileOfASessionMayBeAsLongAsOneThatIsUploaded() {
        BodyLimits limits = BodyLimits.of(1000, 5000);
        assertThat(limits.forPath("/sessions/id/files/a/b")).isEqualTo(5000);
        assertThat(limits.forPath("/host")).isGreaterThan(5000);
        assertThat(limits.forPath("/sessions/id/files")).isEqualTo(1000);
        assertThat(limits.forPath("/sessions/id/interrupt/files/a")).isEqualTo(1000);
        assertThat(limits.forPath("/execute")).isEqualTo(1000);
    }
}
