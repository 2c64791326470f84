package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;

/** What is too much for the store, or breaks off, leaves nothing. */
class DiskFileStoreLimitsTest extends DiskFileStoreFixture {

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
