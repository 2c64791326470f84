package org.pyexec.files.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.SteppedClock;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreFullException;

class DiskFileStoreTest {

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();
    private Path directory;
    private OpenStore store;

    @BeforeEach
    void open() throws IOException {
        directory = temporary.resolve("store");
        store = StoreFixture.open(directory, clock, 1000);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void addedFileHasSizeHashTypeAndExpiry() throws IOException {
        HostedFile file = StoreFixture.add(store, "output.txt", "Hello, World!\n");

        assertThat(file.filename()).isEqualTo("output.txt");
        assertThat(file.size()).isEqualTo(14);
        assertThat(file.mimeType()).isEqualTo("text/plain");
        assertThat(file.expires()).isEqualTo("2026-01-31T12:10:00Z");
        assertThat(file.sha256()).isEqualTo("c98c24b677eff44860afea6f493bbaec5bb1c4cbb209c6fc2bbb47f66ff2ad31");
        assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));
        assertThat(StoreFixture.text(store, file)).isEqualTo("Hello, World!\n");
    }

    @Test
    void emptyFileIsFile() throws IOException {
        HostedFile file = StoreFixture.add(store, "empty.txt", "");

        assertThat(file.size()).isZero();
        assertThat(StoreFixture.content(store, file)).isEmpty();
    }

    @Test
    void twoFilesOfOneNameAreTwoFiles() throws IOException {
        HostedFile first = StoreFixture.add(store, "a.txt", "first");
        HostedFile second = StoreFixture.add(store, "a.txt", "second");

        assertThat(StoreFixture.text(store, first)).isEqualTo("first");
        assertThat(StoreFixture.text(store, second)).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "../files", "..%2f", ".", "/etc/passwd", "\u0000", "00000000-0000-0000-0000-000000000000"})
    void otherTokensAreUnknown(String token) throws IOException {
        StoreFixture.add(store, "a.txt", "text");

        assertThat(store.find(token)).isEqualTo(new Lookup.Unknown());
        assertThat(store.delete(token)).isFalse();
    }

    @Test
    void tokenMatchesExactlyOrNotAtAll() throws IOException {
        String token = StoreFixture.add(store, "a.txt", "text").token();

        assertThat(UUID.fromString(token).version()).isEqualTo(4);
        assertThat(store.find(token + ".data")).isEqualTo(new Lookup.Unknown());
        assertThat(store.find(" " + token)).isEqualTo(new Lookup.Unknown());
        assertThat(store.find(token.replace("-", ""))).isEqualTo(new Lookup.Unknown());
        assertThat(store.find("X" + token.substring(1).toUpperCase(Locale.ROOT)))
                .isEqualTo(new Lookup.Unknown());
    }

    @Test
    void madeUpFileCannotBeRead() {
        HostedFile forged =
                new HostedFile("../../../etc/passwd", "x", 1, clock.instant().plusSeconds(1), "text/plain", "00", "");

        assertThatThrownBy(() -> store.read(forged)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void expiredFileIsGoneBeforeAnySweep() throws IOException {
        HostedFile file = StoreFixture.add(store, "a.txt", "text");
        clock.step(StoreFixture.TEN_MINUTES);

        assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
        assertThat(store.liveCount()).isZero();
        assertThatThrownBy(() -> store.read(file)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void sweepRemovesExpiredContentAndNothingElse() throws IOException {
        HostedFile old = StoreFixture.add(store, "old.txt", "old");
        clock.step(Duration.ofMinutes(1));
        HostedFile young = StoreFixture.add(store, "young.txt", "young");
        clock.step(Duration.ofMinutes(9));

        assertThat(store.sweep()).isEqualTo(1);
        assertThat(store.sweep()).isZero();
        assertThat(store.find(old.token())).isEqualTo(new Lookup.Expired());
        assertThat(StoreFixture.text(store, young)).isEqualTo("young");
        assertThat(store.bytesHeld()).isEqualTo(5);
        assertThat(StoreFixture.namesOnDisk(directory))
                .contains(young.token() + ".data", young.token() + ".meta")
                .doesNotContain(old.token() + ".data");
    }

    @Test
    void expiredTokenIsForgottenInTheEndAndLeavesNothing() throws IOException {
        HostedFile file = StoreFixture.add(store, "a.txt", "text");
        clock.step(StoreFixture.TEN_MINUTES.plus(Index.MEMORY));
        store.sweep();

        assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
        assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
    }

    @Test
    void downloadInFlightSurvivesTheSweep() throws IOException {
        HostedFile file = StoreFixture.add(store, "a.txt", "still here");
        try (FileChannel download = store.read(file)) {
            clock.step(StoreFixture.TEN_MINUTES);
            store.sweep();

            assertThat(Channels.newInputStream(download).readAllBytes()).isEqualTo("still here".getBytes(UTF_8));
        }
    }

    @Test
    void deletedFileIsUnknownAndItsSiblingStays() throws IOException {
        HostedFile file = StoreFixture.add(store, "a.txt", "a");
        HostedFile sibling = StoreFixture.add(store, "a.txt", "b");

        assertThat(store.delete(file.token())).isTrue();
        assertThat(store.delete(file.token())).isFalse();
        assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
        assertThat(StoreFixture.text(store, sibling)).isEqualTo("b");
        assertThat(store.bytesHeld()).isEqualTo(1);
        assertThat(StoreFixture.namesOnDisk(directory))
                .containsExactly(sibling.token() + ".data", sibling.token() + ".meta");
    }

    @Test
    void fileOfExactlyTheLimitFitsAndOneByteMoreDoesNot() throws IOException {
        store.add(StoreFixture.CLIENT, "a", new ByteArrayInputStream(new byte[100]), 100);

        assertThatThrownBy(() -> store.add(StoreFixture.CLIENT, "b", new ByteArrayInputStream(new byte[101]), 100))
                .isInstanceOfSatisfying(
                        FileTooLargeException.class,
                        e -> assertThat(e.limitBytes()).isEqualTo(100));
        assertThat(store.bytesHeld()).isEqualTo(100);
        assertThat(StoreFixture.namesOnDisk(directory)).hasSize(2);
    }

    @Test
    void endlessContentIsRefusedAtTheLimit() throws IOException {
        assertThatThrownBy(() -> store.add(StoreFixture.CLIENT, "a", new EndlessStream(), 500))
                .isInstanceOf(FileTooLargeException.class);
        assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
    }

    @Test
    void oneClientLeavesRoomForOthersAlsoAfterARestart() throws IOException {
        Path directory = temporary.resolve("shared");
        FileStoreSettings settings = new FileStoreSettings(StoreFixture.TEN_MINUTES, 1000, 500);
        HostedFile kept;
        try (OpenStore shared = OpenStore.open(directory, settings, clock)) {
            kept = shared.add("a", "a.bin", new ByteArrayInputStream(new byte[400]), 500);
            assertFull(shared, "a", 101, true);
            shared.add("b", "b.bin", new ByteArrayInputStream(new byte[500]), 500);
            assertFull(shared, "c", 101, false);
        }
        try (OpenStore shared = OpenStore.open(directory, settings, clock)) {
            assertFull(shared, "a", 101, true);
            assertThat(shared.delete(kept.token())).isTrue();
            shared.add("a", "a.bin", new ByteArrayInputStream(new byte[500]), 500);
            clock.step(StoreFixture.TEN_MINUTES);
            shared.add("a", "a.bin", new ByteArrayInputStream(new byte[500]), 500);
        }
    }

    private static void assertFull(OpenStore store, String client, int size, boolean forThisClient) {
        assertThatThrownBy(() -> store.add(client, "x.bin", new ByteArrayInputStream(new byte[size]), 500))
                .isInstanceOfSatisfying(
                        StoreFullException.class,
                        e -> assertThat(e.ofThisClient()).isEqualTo(forThisClient));
    }

    @Test
    void fullStoreRefusesAndGivesBackWhatItTook() throws IOException {
        StoreFixture.addBytes(store, 600);

        assertThatThrownBy(() -> StoreFixture.addBytes(store, 401))
                .isInstanceOfSatisfying(
                        StoreFullException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        assertThat(store.bytesHeld()).isEqualTo(600);
        assertThat(StoreFixture.addBytes(store, 400).size()).isEqualTo(400);
    }

    @Test
    void fullStoreMakesRoomByRemovingWhatHasExpired() throws IOException {
        StoreFixture.addBytes(store, 1000);
        clock.step(StoreFixture.TEN_MINUTES);

        assertThat(StoreFixture.addBytes(store, 1000).size()).isEqualTo(1000);
    }

    @Test
    void abortedUploadLeavesNothing() throws IOException {
        InputStream aborted = new SequenceInputStream(new ByteArrayInputStream(new byte[300]), new BrokenStream());

        assertThatThrownBy(() -> store.add(StoreFixture.CLIENT, "a", aborted, 500))
                .hasMessage("connection reset");
        assertThat(store.bytesHeld()).isZero();
        assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
        assertThat(StoreFixture.addBytes(store, 1000).size()).isEqualTo(1000);
    }

    @Test
    void interruptedUploadLeavesNothing() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> StoreFixture.addBytes(store, 10)).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(store.bytesHeld()).isZero();
        assertThat(StoreFixture.namesOnDisk(directory)).isEmpty();
    }

    @Test
    void bytesBeingWrittenAreHeldAlready() throws IOException {
        InputStream watched = new SequenceInputStream(
                new ByteArrayInputStream(new byte[128 * 1024]),
                new EmptyStream(() -> assertThat(store.bytesHeld()).isEqualTo(128 * 1024)));
        store.close();
        store = StoreFixture.open(directory, clock);

        assertThat(store.add(StoreFixture.CLIENT, "a", watched, StoreFixture.MEGABYTE)
                        .size())
                .isEqualTo(128 * 1024);
    }

    @Test
    void everythingOnDiskIsPrivate() throws IOException {
        HostedFile file = StoreFixture.add(store, "a.txt", "secret");

        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("files"))).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("files").resolve(file.token() + ".data")))
                .isEqualTo("rw-------");
        assertThat(mode(directory.resolve("files").resolve(file.token() + ".meta")))
                .isEqualTo("rw-------");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static final class EndlessStream extends InputStream {
        @Override
        public int read() {
            return 'x';
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return length;
        }
    }

    private static final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("connection reset");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }

    /** Has no bytes and says when somebody looks for one. */
    private static final class EmptyStream extends InputStream {
        private final Runnable asked;

        EmptyStream(Runnable asked) {
            this.asked = asked;
        }

        @Override
        public int read() {
            asked.run();
            return -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return read();
        }
    }
}
