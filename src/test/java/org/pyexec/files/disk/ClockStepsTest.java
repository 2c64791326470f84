package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

/** The clock of the machine is set forward and back while files are kept. */
class ClockStepsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();

    @Test
    void tokenThatWasToldAsExpiredStaysSoWhenTheClockGoesBack() throws IOException {
        try (OpenStore store = open()) {
            HostedFile file = StoreFixture.add(store, "a.txt", "text");
            clock.step(StoreFixture.TEN_MINUTES);
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());

            clock.step(HOUR.negated());

            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
            assertThat(store.liveCount()).isZero();
            assertThat(store.sweep()).isEqualTo(1);
            assertThat(store.bytesHeld()).isZero();
        }
    }

    @Test
    void fileLivesUntilTheInstantThatWasToldWhateverTheClockDidMeanwhile() throws IOException {
        try (OpenStore store = open()) {
            HostedFile file = StoreFixture.add(store, "a.txt", "text");
            clock.step(HOUR.negated());
            clock.step(StoreFixture.TEN_MINUTES.multipliedBy(2));
            assertThat(store.sweep()).isZero();
            assertThat(StoreFixture.text(store, file)).isEqualTo("text");

            clock.step(HOUR.minus(StoreFixture.TEN_MINUTES).minusMillis(1));
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));

            clock.step(Duration.ofMillis(1));
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
        }
    }

    @Test
    void fileThatWasAddedWhileTheClockWasAheadDoesNotKeepOthersFromExpiring() throws IOException {
        try (OpenStore store = open()) {
            clock.step(HOUR);
            HostedFile ahead = StoreFixture.add(store, "ahead.txt", "ahead");
            clock.step(HOUR.negated());
            HostedFile now = StoreFixture.add(store, "now.txt", "now");

            clock.step(StoreFixture.TEN_MINUTES);

            assertThat(store.find(now.token())).isEqualTo(new Lookup.Expired());
            assertThat(store.find(ahead.token())).isEqualTo(new Lookup.Found(ahead));
            assertThat(store.sweep()).isEqualTo(1);
            clock.step(HOUR);
            assertThat(store.sweep()).isEqualTo(1);
            assertThat(store.bytesHeld()).isZero();
        }
    }

    @Test
    void yearForwardEndsEveryFileAndTheStoreGoesOn() throws IOException {
        Path directory = temporary.resolve("store");
        try (OpenStore store = open()) {
            HostedFile file = StoreFixture.add(store, "a.txt", "text");
            clock.step(Duration.ofDays(365));

            assertThat(store.sweep()).isEqualTo(1);
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
            assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
            HostedFile next = StoreFixture.add(store, "b.txt", "next");
            assertThat(StoreFixture.text(store, next)).isEqualTo("next");
        }
    }

    @Test
    void expiredTokensAreForgottenThoughTheyExpiredInAnotherOrder() throws IOException {
        Path directory = temporary.resolve("store");
        try (OpenStore store = open()) {
            StoreFixture.add(store, "a.txt", "expires first, and late");
            clock.step(StoreFixture.TEN_MINUTES);
            store.sweep();
            clock.step(HOUR.negated());
            StoreFixture.add(store, "b.txt", "expires second, and early");
            clock.step(StoreFixture.TEN_MINUTES);
            store.sweep();
            assertThat(StoreFixture.namesOnDisk(directory)).hasSize(2);

            clock.step(Index.MEMORY.plus(HOUR));
            store.sweep();

            assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
        }
    }

    @Test
    void serverThatStartsWithAnEarlierClockFindsItsFilesAndNothingThatHadExpired() throws IOException {
        HostedFile live;
        HostedFile expired;
        try (OpenStore store = open()) {
            expired = StoreFixture.add(store, "expired.txt", "expired");
            clock.step(StoreFixture.TEN_MINUTES);
            store.sweep();
            live = StoreFixture.add(store, "live.txt", "live");
        }
        clock.step(HOUR.negated());

        try (OpenStore store = open()) {
            assertThat(StoreFixture.text(store, live)).isEqualTo("live");
            assertThat(store.find(expired.token())).isNotInstanceOf(Lookup.Found.class);
            assertThat(store.liveCount()).isEqualTo(1);
            assertThat(store.bytesHeld()).isEqualTo(4);
        }
    }

    private OpenStore open() throws IOException {
        return StoreFixture.open(temporary.resolve("store"), clock);
    }
}
