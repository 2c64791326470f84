package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long BEGAN = Long.MAX_VALUE - 1000; // clocks may overflow

    private final Pace pace = new Pace(BEGAN);

    private boolean isTooSlowAfter(Duration time, long bytes) {
        return pace.isTooSlow(BEGAN + time.toNanos(), bytes);
    }

    @Test
    void shortBodyMayTakeItsTime() {
        for (int second = 1; second < Pace.LEISURE.toSeconds(); second++) {
            assertThat(isTooSlowAfter(Duration.ofSeconds(second), second)).isFalse();
        }
    }

    @Test
    void bodyThatComesByteForByteIsTooSlowInTheEnd() {
        Duration time = Duration.ZERO;
        long bytes = 20 << 20;
        while (time.compareTo(Pace.LEISURE.plus(Pace.WINDOW.multipliedBy(2))) < 0) {
            time = time.plusSeconds(1);
            if (isTooSlowAfter(time, ++bytes)) {
                assertThat(time).isGreaterThan(Pace.LEISURE);
                return;
            }
        }
        assertThat(time).as("never too slow until then").isZero();
    }

    @Test
    void longBodyAtTheLeastSpeedIsTaken() {
        for (int second = 1; second < 4000; second++) {
            assertThat(isTooSlowAfter(Duration.ofSeconds(second), (long) second * Pace.BYTES_PER_SECOND))
                    .isFalse();
        }
    }
}
