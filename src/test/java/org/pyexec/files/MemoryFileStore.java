package org.pyexec.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/** A store for tests that keeps its files in memory, and remembers every token that has expired. */
public final class MemoryFileStore implements FileStore {

    private final FileStoreSettings settings;
    private final Clock clock;

    // mutable state, guarded by this
    private final Map<String, HostedFile> files = new HashMap<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private long bytes;

    public MemoryFileStore(FileStoreSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public PendingFile begin(String client, String filename, long maxFileBytes) {
        return new Pending(client, filename, maxFileBytes);
    }

    @Override
    public synchronized Lookup find(String token) {
        HostedFile found = files.get(token);
        if (found == null) {
            return new Lookup.Unknown();
        }
        return found.expiredAt(clock.instant()) ? new Lookup.Expired() : new Lookup.Found(found);
    }

    @Override
    public synchronized ReadableByteChannel read(HostedFile file, long offset) throws NoSuchFileException {
        byte[] content = contents.get(file.token());
        if (content == null || !(find(file.token()) instanceof Lookup.Found)) {
            throw new NoSuchFileException(file.token());
        }
        return Channels.newChannel(new ByteArrayInputStream(content, (int) offset, content.length - (int) offset));
    }

    @Override
    public synchronized boolean delete(String token) {
        if (!(find(token) instanceof Lookup.Found found)) {
            return false;
        }
        bytes -= found.file().size();
        contents.remove(token);
        return files.remove(token) != null;
    }

    @Override
    public synchronized int sweep() {
        int removed = 0;
        for (HostedFile file : files.values()) {
            if (file.expiredAt(clock.instant()) && contents.remove(file.token()) != null) {
                bytes -= file.size();
                removed++;
            }
        }
        return removed;
    }

    @Override
    public synchronized long bytesHeld() {
        return bytes;
    }

    @Override
    public synchronized int liveCount() {
        return (int) files.values().stream()
                .filter(file -> !file.expiredAt(clock.instant()))
                .count();
    }

    private synchronized void take(int length) throws StoreFullException {
        if (bytes + length > settings.maxBytes()) {
            sweep();
        }
        if (bytes + length > settings.maxBytes()) {
            throw StoreFullException.ofAll(settings.maxBytes(), Long.MAX_VALUE);
        }
        bytes += length;
    }

    private synchronized void giveBack(int length) {
        bytes -= length;
    }

    private synchronized void keep(HostedFile file, byte[] content) {
        files.put(file.token(), file);
        contents.put(file.token(), content);
    }

    private final class Pending implements PendingFile {

        private final String client;
        private final String filename;
        private final long maxFileBytes;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private boolean over;

        Pending(String client, String filename, long maxFileBytes) {
            this.client = client;
            this.filename = filename;
            this.maxFileBytes = maxFileBytes;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws FileTooLargeException, StoreFullException {
            if (content.size() + length > maxFileBytes) {
                throw new FileTooLargeException(maxFileBytes);
            }
            take(length);
            content.write(bytes, offset, length);
        }

        @Override
        public HostedFile keep() {
            byte[] all = content.toByteArray();
            HostedFile file = new HostedFile(
                    UUID.randomUUID().toString(),
                    filename,
                    all.length,
                    clock.instant().plus(settings.timeToLive()).truncatedTo(ChronoUnit.MILLIS),
                    ContentTypes.of(filename, all),
                    sha256(all),
                    client);
            over = true;
            MemoryFileStore.this.keep(file, all);
            return file;
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                giveBack(content.size());
            }
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
