package org.pyexec.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.client.Client;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.HostedFile;
import org.pyexec.files.disk.DiskFileStore;
import org.pyexec.files.disk.StorageDirectory;
import org.pyexec.memory.Memory;

/** A store on disk, and the forms that are uploaded to it, in pieces. */
abstract class FormUploadFixture {

    static final Client CLIENT = Client.local("client");
    static final String BOUNDARY = "----WebKitFormBoundaryAbC123";
    static final int MAX_BYTES = 300_000;
    static final String FILE = "Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"";

    @TempDir
    Path temporary;

    final Memory memory = new Memory(8 << 20);
    StorageDirectory storage;
    Path incoming;
    FileStore store;

    @BeforeEach
    void open() throws IOException {
        storage = StorageDirectory.open(temporary.resolve("store"));
        incoming = storage.emptyFolder("incoming");
        store = DiskFileStore.open(
                storage, new FileStoreSettings(Duration.ofMinutes(10), 1 << 20, 500_000), Clock.systemUTC());
    }

    @AfterEach
    void nothingIsHeldAndNothingLiesAboutButFilesThatWereKept() throws IOException {
        assertThat(memory.heldBytes()).isZero();
        assertThat(incoming).isEmptyDirectory();
        assertThat(names()).hasSize(2 * store.liveCount());
        storage.close();
    }

    HostedFile kept(byte[] form, int piece) throws Exception {
        UploadOutcome outcome = outcome(form, piece);
        assertThat(outcome).isInstanceOf(UploadOutcome.Kept.class);
        return ((UploadOutcome.Kept) outcome).file();
    }

    UploadOutcome outcome(byte[] form, int piece) throws Exception {
        return outcome(form, piece, store);
    }

    /** The array is another's before the next piece comes, as it is while a body is received. */
    UploadOutcome outcome(byte[] form, int piece, FileStore into) throws Exception {
        try (FormUpload upload = upload(into)) {
            byte[] buffer = new byte[Math.min(piece, form.length)];
            for (int at = 0; at < form.length; at += piece) {
                int count = Math.min(piece, form.length - at);
                System.arraycopy(form, at, buffer, 0, count);
                upload.write(buffer, count);
                Arrays.fill(buffer, (byte) '?');
            }
            assertThat(upload.length()).isEqualTo(form.length);
            return upload.finish();
        }
    }

    FormUpload upload(FileStore into) {
        FileField field = new FileField(into, "client", MAX_BYTES);
        return new FormUpload(field, memory.share(CLIENT), BOUNDARY, incoming);
    }

    static String digest(UploadOutcome outcome) {
        return outcome instanceof UploadOutcome.Kept kept ? kept.file().sha256() : outcome.toString();
    }

    void forget(UploadOutcome outcome) throws IOException {
        if (outcome instanceof UploadOutcome.Kept kept) {
            store.delete(kept.file().token());
        }
    }

    byte[] content(HostedFile file) throws IOException {
        try (ReadableByteChannel content = store.read(file, 0)) {
            return Channels.newInputStream(content).readAllBytes();
        }
    }

    List<String> names() throws IOException {
        try (Stream<Path> names = Files.list(temporary.resolve("store/files"))) {
            return names.map(path -> path.getFileName().toString()).toList();
        }
    }

    static byte[] part(String headers, byte[] content) {
        return joined(
                ("--" + BOUNDARY + "\r\n" + headers + "\r\n\r\n").getBytes(ISO_8859_1), content, new byte[] {'\r', '\n'
                });
    }

    static byte[] form(byte[]... parts) {
        return joined(joined(parts), ("--" + BOUNDARY + "--\r\n").getBytes(ISO_8859_1));
    }

    static byte[] joined(byte[]... arrays) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] array : arrays) {
            all.writeBytes(array);
        }
        return all.toByteArray();
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
