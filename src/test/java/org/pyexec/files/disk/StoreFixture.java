package org.pyexec.files.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.HostedFile;

/** What the tests of the store share. */
final class StoreFixture {

    static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    static final long MEGABYTE = 1024 * 1024;
    static final String CLIENT = "192.0.2.1";

    private StoreFixture() {}

    static OpenStore open(Path directory, Clock clock) throws IOException {
        return open(directory, clock, 100 * MEGABYTE);
    }

    static OpenStore open(Path directory, Clock clock, long maxBytes) throws IOException {
        return OpenStore.open(directory, new FileStoreSettings(TEN_MINUTES, maxBytes, maxBytes), clock);
    }

    static HostedFile add(OpenStore store, String filename, String content) throws IOException {
        return store.add(CLIENT, filename, new ByteArrayInputStream(content.getBytes(UTF_8)), MEGABYTE);
    }

    static HostedFile addBytes(OpenStore store, int size) throws IOException {
        return store.add(CLIENT, "data.bin", new ByteArrayInputStream(new byte[size]), MEGABYTE);
    }

    static byte[] content(OpenStore store, HostedFile file) throws IOException {
        try (FileChannel channel = store.read(file)) {
            return Channels.newInputStream(channel).readAllBytes();
        }
    }

    static String text(OpenStore store, HostedFile file) throws IOException {
        return new String(content(store, file), UTF_8);
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The names in the folder that holds contents and metadata. */
    static List<String> namesOnDisk(Path directory) throws IOException {
        try (Stream<Path> names = Files.list(directory.resolve("files"))) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
