package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pyexec.SteppedClock;

/** What holds for every store of files, wherever it keeps them. */
public abstract class FileStoreContract {

    protected static final FileStoreSettings SETTINGS = new FileStoreSettings(Duration.ofMinutes(10), 1000, 1000);

    private static final String CLIENT = "192.0.2.1";

    protected final SteppedClock clock = new SteppedClock();

    /** An empty one with {@link #SETTINGS} and {@link #clock}. */
    protected abstract FileStore store() throws IOException;

    @Test
    void keptFileIsFoundAndReadFromAnyOffset() throws IOException {
        FileStore store = store();
        HostedFile file = add(store, "0123456789");

        assertThat(store.find(file.token())).isEqualTo(new Lookup.Found(file));
        assertThat(read(store, file, 0)).isEqualTo("0123456789");
        assertThat(read(store, file, 7)).isEqualTo("789");
        assertThat(read(store, file, 10)).isEmpty();
        assertThat(file.sha256()).isEqualTo("84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882");
        assertThat(file.expires()).isEqualTo(clock.instant().plus(SETTINGS.timeToLive()));
        assertThat(store.bytesHeld()).isEqualTo(10);
        assertThat(store.liveCount()).isEqualTo(1);
    }

    @Test
    void contentIsCopiedToAChannel() throws IOException {
        FileStore store = store();
        HostedFile file = add(store, "0123456789");
        ByteArrayOutputStream copy = new ByteArrayOutputStream();

        store.copy(file, Channels.newChannel(copy));

        assertThat(copy.toString(UTF_8)).isEqualTo("0123456789");
    }

    @Test
    void fileThatComesInPiecesIsTheSame() throws IOException {
        FileStore store = store();
        HostedFile whole = add(store, "%PDF-1.7 and more");
        HostedFile pieces;
        try (PendingFile pending = store.begin(CLIENT, "a.txt", 100)) {
            for (byte one : "%PDF-1.7 and more".getBytes(UTF_8)) {
                pending.write(new byte[] {0, one, 0}, 1, 1);
            }
            pieces = pending.keep();
        }

        assertThat(read(store, pieces, 0)).isEqualTo("%PDF-1.7 and more");
        assertThat(pieces.sha256()).isEqualTo(whole.sha256());
        assertThat(pieces.mimeType()).isEqualTo(whole.mimeType());
        assertThat(store.liveCount()).isEqualTo(2);
    }

    @Test
    void fileThatIsNotKeptIsNothing() throws IOException {
        FileStore store = store();
        try (PendingFile pending = store.begin(CLIENT, "a.txt", 100)) {
            pending.write(new byte[50], 0, 50);
            assertThat(store.bytesHeld()).isEqualTo(50);
            assertThat(store.liveCount()).isZero();
        }
        assertThat(store.bytesHeld()).isZero();
    }

    @Test
    void fileThatIsTooLargeLeavesNothing() throws IOException {
        FileStore store = store();
        InputStream content = new ByteArrayInputStream(new byte[101]);

        assertThatThrownBy(() -> store.add(CLIENT, "a", content, 100)).isInstanceOf(FileTooLargeException.class);
        assertThat(store.bytesHeld()).isZero();
        assertThat(store.liveCount()).isZero();
    }

    @Test
    void fullStoreTakesNoMoreUntilFilesExpire() throws IOException {
        FileStore store = store();
        store.add(CLIENT, "a", new ByteArrayInputStream(new byte[900]), 1000);
        InputStream more = new ByteArrayInputStream(new byte[101]);

        assertThatThrownBy(() -> store.add(CLIENT, "b", more, 1000)).isInstanceOf(StoreFullException.class);
        assertThat(store.bytesHeld()).isEqualTo(900);

        clock.step(SETTINGS.timeToLive());
        store.add(CLIENT, "b", new ByteArrayInputStream(new byte[1000]), 1000);
        assertThat(store.bytesHeld()).isEqualTo(1000);
    }

    @Test
    void expiredFileIsGoneAndSweptOnce() throws IOException {
        FileStore store = store();
        HostedFile file = add(store, "text");
        ReadableByteChannel open = store.read(file, 0);
        clock.step(SETTINGS.timeToLive());

        assertThat(store.find(file.token())).isEqualTo(new Lookup.Expired());
        assertThatThrownBy(() -> store.read(file, 0)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.delete(file.token())).isFalse();
        assertThat(store.sweep()).isEqualTo(1);
        assertThat(store.sweep()).isZero();
        assertThat(store.bytesHeld()).isZero();
        assertThat(Channels.newInputStream(open).readAllBytes()).isEqualTo("text".getBytes(UTF_8));
        open.close();
    }

    @Test
    void deletedFileIsUnknown() throws IOException {
        FileStore store = store();
        HostedFile file = add(store, "text");

        assertThat(store.delete(file.token())).isTrue();
        assertThat(store.delete(file.token())).isFalse();
        assertThat(store.find(file.token())).isEqualTo(new Lookup.Unknown());
        assertThatThrownBy(() -> store.read(file, 0)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.bytesHeld()).isZero();
    }

    private static HostedFile add(FileStore store, String content) throws IOException {
        return store.add(CLIENT, "a.txt", new ByteArrayInputStream(content.getBytes(UTF_8)), 100);
    }

    private static String read(FileStore store, HostedFile file, long offset) throws IOException {
        try (ReadableByteChannel content = store.read(file, offset)) {
            return new String(Channels.newInputStream(content).readAllBytes(), UTF_8);
        }
    }
}
