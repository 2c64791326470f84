package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.body.Reception.Step;

class ReceptionTest {

    private static final Refused TOO_LARGE = Refusals.BODY_TOO_LARGE.with(100L);
    private static final long UNKNOWN = -1;

    private final BodyLimits limits = new BodyLimits(100, 100, Duration.ofSeconds(30), 1000, Duration.ofSeconds(10));
    private final Reception reception = reception(UNKNOWN);

    private Reception reception(long promised) {
        return new Reception(limits, 100, TOO_LARGE, promised, 0);
    }

    private static long at(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private static Step.Refuse refuse(Refused why, boolean early) {
        return new Step.Refuse(why, early);
    }

    @Test
    void bodyWithinItsLimitIsKeptAndHandedOn() {
        assertThat(reception.received(100, at(1))).isEqualTo(new Step.Keep());
        assertThat(reception.ended()).isEqualTo(new Step.HandOn());
    }

    @Test
    void bodyThatIsTooLongIsDrainedToItsEndAndThenRefused() {
        assertThat(reception.received(101, at(1))).isEqualTo(new Step.GoOn());
        assertThat(reception.received(50, at(2))).isEqualTo(new Step.GoOn());
        assertThat(reception.ended()).isEqualTo(refuse(TOO_LARGE, false));
    }

    @Test
    void noMoreThanABoundIsDrained() {
        reception.received(101, at(1));
        assertThat(reception.received(899, at(2))).isEqualTo(new Step.GoOn());
        assertThat(reception.received(1, at(3))).isEqualTo(refuse(TOO_LARGE, true));
    }

    @Test
    void drainingEndsAfterAWhileThoughNothingComes() {
        reception.received(101, at(1));
        assertThat(reception.checked(at(10.9))).isEqualTo(new Step.GoOn());
        assertThat(reception.checked(at(11.1))).isEqualTo(refuse(TOO_LARGE, true));
    }

    @Test
    void bodyThatCannotBeKeptIsDrainedToo() {
        Refused full = Refusals.NO_ROOM_FOR_BODY.with();
        assertThat(reception.received(10, at(1))).isEqualTo(new Step.Keep());
        reception.refuse(full, at(1));
        assertThat(reception.received(10, at(2))).isEqualTo(new Step.GoOn());
        assertThat(reception.ended()).isEqualTo(refuse(full, false));
    }

    @Test
    void bodyShorterThanPromisedIsIncomplete() {
        Reception promised = reception(50);
        promised.received(49, at(1));
        assertThat(promised.hasAllPromised()).isFalse();
        assertThat(promised.ended()).isEqualTo(refuse(Refusals.INCOMPLETE_BODY.with(), true));
    }

    @Test
    void bodyAsLongAsPromisedIsComplete() {
        Reception promised = reception(50);
        promised.received(50, at(1));
        assertThat(promised.hasAllPromised()).isTrue();
        assertThat(promised.ended()).isEqualTo(new Step.HandOn());
    }

    @Test
    void bodyWithoutProgressStalls() {
        reception.received(1, at(10));
        assertThat(reception.checked(at(40))).isEqualTo(new Step.GoOn());
        assertThat(reception.checked(at(40.1))).isEqualTo(refuse(Refusals.BODY_STALLED.with(30L), true));
    }

    @Test
    void bodyThatComesByteByByteIsTooSlowAfterFiveMinutes() {
        for (int second = 1; second <= 300; second++) {
            reception.received(0, at(second));
            assertThat(reception.checked(at(second))).isEqualTo(new Step.GoOn());
        }
        reception.received(1, at(331));
        assertThat(reception.checked(at(331)))
                .isEqualTo(refuse(Refusals.BODY_TOO_SLOW.with(5L, Pace.BYTES_PER_SECOND), true));
    }

    @Test
    void notificationIsMissedIfNothingIsReadBetweenTwoChecks() {
        assertThat(reception.missesNotification(true)).isFalse();
        reception.received(1, at(1));
        assertThat(reception.missesNotification(true)).isFalse();
        assertThat(reception.missesNotification(false)).isFalse();
        assertThat(reception.missesNotification(true)).isFalse();
        assertThat(reception.missesNotification(true)).isTrue();
    }
}
