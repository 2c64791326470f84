package org.pyexec.files.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pyexec.SteppedClock;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

@Tag("slow")
class CrashTest {

    private static final byte[] CONTENT = "the whole content".getBytes(UTF_8);

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();

    /** What the disk holds of one file at the instants of its writing, and after a power failure's reordering. */
    private enum State {
        NOTHING(-1, -1, -1),
        CONTENT_MADE(0, -1, -1),
        CONTENT_HALF(8, -1, -1),
        CONTENT_WHOLE(17, -1, -1),
        METADATA_MADE(17, 0, -1),
        METADATA_HALF(17, 50, -1),
        METADATA_WHOLE(17, 1000, -1),
        COMMITTED(17, -1, 1000),
        NAME_OF_CONTENT_LOST(-1, -1, 1000),
        CONTENT_TORN(8, -1, 1000),
        METADATA_TORN(17, -1, 50),
        METADATA_EMPTY(17, -1, 0);

        private final int contentBytes;
        private final int unfinishedBytes;
        private final int metadataBytes;

        State(int contentBytes, int unfinishedBytes, int metadataBytes) {
            this.contentBytes = contentBytes;
            this.unfinishedBytes = unfinishedBytes;
            this.metadataBytes = metadataBytes;
        }

        void make(Path files, HostedFile file) throws IOException {
            byte[] metadata = Metadata.encode(file);
            write(files.resolve(file.token() + ".data"), CONTENT, contentBytes);
            write(files.resolve(file.token() + ".part"), metadata, unfinishedBytes);
            write(files.resolve(file.token() + ".meta"), metadata, metadataBytes);
        }

        private static void write(Path path, byte[] whole, int bytes) throws IOException {
            if (bytes >= 0) {
                Files.write(path, Arrays.copyOf(whole, Math.min(bytes, whole.length)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void crashLeavesWholeFileOrNothing(State state) throws IOException {
        Path directory = temporary.resolve("store");
        HostedFile sibling;
        try (OpenStore store = StoreFixture.open(directory, clock)) {
            sibling = StoreFixture.add(store, "sibling.txt", "sibling");
        }
        HostedFile file = new HostedFile(
                "6f1e4b0a-3c5d-4e7f-8a9b-0c1d2e3f4a5b",
                "a.txt",
                CONTENT.length,
                clock.instant().plusSeconds(60),
                "text/plain",
                StoreFixture.sha256(CONTENT),
                StoreFixture.CLIENT);
        state.make(directory.resolve("files"), file);

        try (OpenStore store = StoreFixture.open(directory, clock)) {
            if (state == State.COMMITTED) {
                assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));
                assertThat(StoreFixture.content(store, file)).isEqualTo(CONTENT);
            } else {
                assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
                assertThat(StoreFixture.namesOnDisk(directory)).noneMatch(name -> name.startsWith(file.token()));
            }
            assertThat(StoreFixture.text(store, sibling)).isEqualTo("sibling");
            assertThat(store.bytesHeld()).isEqualTo(state == State.COMMITTED ? 7 + 17 : 7);
        }
    }

    @Test
    void copyOfTheDiskTakenWhileContentComesHoldsNothing() throws IOException {
        Path directory = temporary.resolve("store");
        List<Path> copies = new ArrayList<>();
        try (OpenStore store = StoreFixture.open(directory, clock)) {
            InputStream copying = new ByteArrayInputStream(new byte[300_000]) {
                @Override
                public synchronized int read(byte[] buffer, int offset, int length) {
                    copies.add(copy(directory, temporary.resolve("copy-" + copies.size())));
                    return super.read(buffer, offset, length);
                }
            };
            store.add(StoreFixture.CLIENT, "a.bin", copying, StoreFixture.MEGABYTE);
        }

        assertThat(copies).hasSizeGreaterThan(4);
        for (Path copy : copies) {
            assertThat(StoreFixture.namesOnDisk(copy)).hasSize(1);
            try (OpenStore store = StoreFixture.open(copy, clock)) {
                assertThat(store.liveCount()).isZero();
            }
            assertThat(StoreFixture.namesOnDisk(copy)).isEmpty();
        }
    }

    /** A JVM that adds files on four threads is killed in the middle, again and again on the same folder. */
    @Test
    void killedServerLosesNoFileThatItAcknowledged() throws Exception {
        Path directory = temporary.resolve("store");
        List<String> acknowledged = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            acknowledged.addAll(killAfter(10 + 7 * round, directory));
        }

        try (OpenStore store = StoreFixture.open(directory, Clock.systemUTC())) {
            for (String token : acknowledged) {
                assertThat(store.find(token)).isInstanceOf(Lookup.Found.class);
            }
            List<String> names = StoreFixture.namesOnDisk(directory);
            assertThat(names).hasSize(2 * store.liveCount()).noneMatch(name -> name.endsWith(".part"));
            for (String name : names) {
                Lookup.Found found = (Lookup.Found) store.find(name.substring(0, 36));
                assertThat(StoreFixture.sha256(StoreFixture.content(store, found.file())))
                        .isEqualTo(found.file().sha256());
            }
        }
    }

    private static List<String> killAfter(int files, Path directory) throws Exception {
        Process server = OtherJvm.running(AddingServer.class, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() == 36) {
                    acknowledged.add(line);
                }
                if (acknowledged.size() == files) {
                    server.toHandle().destroyForcibly(); // unlike the process's own, it leaves the pipe open
                }
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(files);
        return acknowledged;
    }

    private static Path copy(Path directory, Path to) {
        try (Stream<Path> files = Files.list(directory.resolve("files"))) {
            Files.createDirectories(to.resolve("files"));
            Files.createFile(to.resolve(".python-executor.lock"));
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve("files").resolve(file.getFileName()));
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds files of many sizes until it is killed; prints each token once its file is stored. It has no library. */
    static final class AddingServer {

        private AddingServer() {}

        public static void main(String[] args) throws IOException {
            OpenStore store = StoreFixture.open(Path.of(args[0]), Clock.systemUTC(), 1L << 40);
            AtomicInteger count = new AtomicInteger();
            for (int thread = 0; thread < 4; thread++) {
                new Thread(() -> {
                            while (true) {
                                add(store, count.incrementAndGet());
                            }
                        })
                        .start();
            }
        }

        private static void add(OpenStore store, int number) {
            byte[] content = new byte[number * 7919 % 200_000];
            Arrays.fill(content, (byte) number);
            try {
                HostedFile file = store.add(
                        StoreFixture.CLIENT, number + ".bin", new ByteArrayInputStream(content), content.length);
                System.out.println(file.token());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
