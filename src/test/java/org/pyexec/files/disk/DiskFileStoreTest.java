package org.pyexec.files.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

class DiskFileStoreTest extends DiskFileStoreFixture {

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
}
