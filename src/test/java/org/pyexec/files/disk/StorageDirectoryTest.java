package org.pyexec.files.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageDirectoryTest {

    @TempDir
    Path temporary;

    @Test
    void folderIsMadePrivateWithItsParents() throws IOException {
        Path directory = temporary.resolve("a/b/store");
        try (StorageDirectory folder = StorageDirectory.open(directory)) {
            assertThat(folder.path()).isEqualTo(directory);
            assertThat(mode(directory)).isEqualTo("rwx------");
        }
    }

    @Test
    void emptyFolderThatIsOpenToOthersIsNarrowed() throws IOException {
        Path directory = Files.createDirectory(temporary.resolve("store"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        StorageDirectory.open(directory).close();

        assertThat(mode(directory)).isEqualTo("rwx------");
    }

    @Test
    void symbolicLinkIsRefused() throws IOException {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);

        assertRefused(link, "is a symbolic link");
        assertRefused(link.resolve("."), "is a symbolic link");
        assertThat(real).isEmptyDirectory();
    }

    @Test
    void linkToNowhereIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary.resolve("nowhere"));

        assertRefused(link, "is a symbolic link");
    }

    @Test
    void linkedParentIsFine() throws IOException {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);

        StorageDirectory.open(link.resolve("store")).close();

        assertThat(real.resolve("store")).isDirectory();
    }

    @Test
    void fileIsRefused() throws IOException {
        assertRefused(Files.createFile(temporary.resolve("file")), "is not a folder");
    }

    @Test
    void folderOfSomebodyElseIsRefused() throws IOException {
        Path foreign = Files.createDirectory(temporary.resolve("foreign"));
        Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxrwxrwx"));
        try {
            Files.setAttribute(foreign, "unix:uid", 12_345);
        } catch (FileSystemException e) {
            foreign = Path.of("/tmp"); // only root may give a folder away; for others this one is root's
        }

        assertRefused(foreign, "belongs to another user");
    }

    @Test
    void folderWithOtherThingsIsRefusedAndLeftAsItWas() throws IOException {
        Path home = Files.createDirectory(temporary.resolve("home"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(home.resolve("runtime"));
        Files.createFile(home.resolve(".python-executor-probe-1"));

        assertRefused(home, "holds other things");
        assertThat(mode(home)).isEqualTo("rwxr-xr-x");
        assertThat(home).isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    void freshVolumeIsFine() throws IOException {
        Path volume = Files.createDirectory(temporary.resolve("volume"));
        Files.createDirectory(volume.resolve("lost+found"));

        StorageDirectory.open(volume).close();

        assertThat(volume.resolve("lost+found")).exists();
    }

    @Test
    void secondServerIsTurnedAwayAsOftenAsItTries() throws IOException {
        Path directory = temporary.resolve("store");
        try (StorageDirectory first = StorageDirectory.open(directory)) {
            assertThat(first.path()).exists();
            assertRefused(directory, "is in use by another server");
            assertRefused(directory, "is in use by another server");
        }
        StorageDirectory.open(directory).close();
    }

    /** Closing a second channel must not have dropped this JVM's lock: that would show in another JVM only. */
    @Test
    void serverInAnotherJvmIsTurnedAwayAfterOneInThisJvmWas() throws Exception {
        Path directory = temporary.resolve("store");
        try (StorageDirectory first = StorageDirectory.open(directory)) {
            assertRefused(first.path(), "is in use by another server");
            Process second = OtherJvm.running(OpeningServer.class, directory.toString())
                    .redirectErrorStream(true)
                    .start();

            assertThat(new String(second.getInputStream().readAllBytes(), UTF_8))
                    .contains("is in use by another server");
            assertThat(second.waitFor()).isEqualTo(1);
        }
    }

    @Test
    void refusalByTheSystemIsOneLineToo() {
        assertRefused(Path.of("/proc/self/store"), "cannot be used");
    }

    @Test
    void spoolAndRuntimeFoldersAreEmptiedAndLinksInThemNotFollowed() throws IOException {
        Path outside = Files.writeString(temporary.resolve("outside.txt"), "mine");
        Path directory = temporary.resolve("store");
        try (StorageDirectory folder = StorageDirectory.open(directory)) {
            Files.writeString(folder.emptyFolder("incoming").resolve("body"), "half");
            Files.createDirectories(folder.emptyFolder("runtime").resolve("a/b"));
            Files.createSymbolicLink(directory.resolve("runtime/link"), temporary);
        }
        try (StorageDirectory folder = StorageDirectory.open(directory)) {
            assertThat(folder.emptyFolder("incoming")).isEmptyDirectory();
            assertThat(folder.emptyFolder("runtime")).isEmptyDirectory();
        }
        assertThat(outside).hasContent("mine");
    }

    @Test
    void foldersInsideArePrivateAndOneThatIsKeptKeepsItsContent() throws IOException {
        Path directory = temporary.resolve("store");
        try (StorageDirectory folder = StorageDirectory.open(directory)) {
            assertThat(mode(folder.emptyFolder("incoming"))).isEqualTo("rwx------");
            assertThat(mode(folder.emptyFolder("runtime"))).isEqualTo("rwx------");
            assertThat(mode(folder.keptFolder("keys"))).isEqualTo("rwx------");
            Files.writeString(directory.resolve("keys/key"), "known");
        }
        try (StorageDirectory folder = StorageDirectory.open(directory)) {
            assertThat(folder.keptFolder("keys").resolve("key")).hasContent("known");
        }
    }

    private static void assertRefused(Path directory, String why) {
        assertThatThrownBy(() -> StorageDirectory.open(directory))
                .isInstanceOf(IOException.class)
                .message()
                .startsWith("STORAGE_DIR ")
                .contains(why)
                .endsWith(": set STORAGE_DIR to a folder of this server's own")
                .doesNotContain("\n");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** Opens the folder and ends. */
    static final class OpeningServer {

        private OpeningServer() {}

        public static void main(String[] args) throws IOException {
            StorageDirectory.open(Path.of(args[0])).close();
        }
    }
}
