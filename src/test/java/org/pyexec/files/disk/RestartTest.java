package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.SteppedClock;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreFullException;

class RestartTest {

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();
    private Path directory;

    @BeforeEach
    void choose() {
        directory = temporary.resolve("store");
    }

    @Test
    void fileIsFoundAgainWithItsOldExpiry() throws IOException {
        HostedFile file = addAndClose("a.txt", "kept");
        clock.step(Duration.ofMinutes(9));

        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));
            assertThat(StoreFixture.text(store, file)).isEqualTo("kept");
            assertThat(store.bytesHeld()).isEqualTo(4);
            assertThat(store.liveCount()).isEqualTo(1);

            clock.step(Duration.ofMinutes(1));
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
            assertThat(store.sweep()).isEqualTo(1);
            assertThat(store.bytesHeld()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b:c#d!e.txt", " leading", "\\u0041", "line\nbreak", "\ud800lone", "日本/語.txt", ""})
    void anyNameSurvives(String name) throws IOException {
        HostedFile file = addAndClose(name, "kept");

        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));
        }
    }

    @Test
    void fileThatExpiredMeanwhileIsExpiredAndItsContentGone() throws IOException {
        HostedFile file = addAndClose("a.txt", "kept");
        clock.step(StoreFixture.TEN_MINUTES);

        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
            assertThat(store.bytesHeld()).isZero();
            assertThat(StoreFixture.namesOnDisk(directory)).containsExactly(file.token() + ".meta");
        }
    }

    @Test
    void expiredTokenIsStillKnownAfterSecondRestartAndForgottenAfterDay() throws IOException {
        HostedFile file = addAndClose("a.txt", "kept");
        clock.step(StoreFixture.TEN_MINUTES);
        open().close();

        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
        }
        clock.step(Index.MEMORY);
        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
            assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
        }
    }

    @Test
    void deletedFileStaysDeleted() throws IOException {
        HostedFile file;
        try (OpenStore store = open()) {
            file = StoreFixture.add(store, "a.txt", "text");
            store.delete(file.token());
        }
        try (OpenStore store = open()) {
            assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
        }
    }

    @Test
    void filesBeyondLoweredLimitStayButNoneIsAdded() throws IOException {
        HostedFile file = addAndClose("a.txt", "twelve bytes");

        try (OpenStore store = StoreFixture.open(directory, clock, 10)) {
            assertThat(StoreFixture.text(store, file)).isEqualTo("twelve bytes");
            assertThatThrownBy(() -> StoreFixture.addBytes(store, 1)).isInstanceOf(StoreFullException.class);
        }
    }

    @Test
    void namesThatAreNotOursStay() throws IOException {
        open().close();
        Path note = Files.writeString(directory.resolve("files/README"), "by the administrator");

        open().close();
        assertThat(note).exists();
    }

    private OpenStore open() throws IOException {
        return StoreFixture.open(directory, clock);
    }

    private HostedFile addAndClose(String name, String content) throws IOException {
        try (OpenStore store = open()) {
            return StoreFixture.add(store, name, content);
        }
    }
}
