package org.pyexec.files.disk;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/** One file on its way into the store, used by one thread: unless it is kept, closing gives everything back. */
final class DiskPendingFile implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(DiskPendingFile.class.getName());
    private static final int CHUNK_BYTES = 64 * 1024;

    private final FileDirectory directory;
    private final Quota space;
    private final String token;
    private final String client;
    private final String filename;
    private final MessageDigest sha256 = sha256();
    private byte[] head = new byte[0];
    private long size;
    private boolean kept;

    DiskPendingFile(FileDirectory directory, Quota space, String token, String client, String filename) throws StoreFullException {
        this.directory = directory;
        this.space = space;
        this.token = token;
        this.client = client;
        this.filename = filename;
        space.take(client, new Quota.Room(0, HostedFile.entries(filename)));
    }

    /** Streams the content to disk and syncs it. */
    void write(InputStream content, long maxFileBytes) throws IOException {
        try (FileChannel out = create()) {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int length = content.readNBytes(chunk, 0, CHUNK_BYTES);
                    length > 0;
                    length = content.readNBytes(chunk, 0, CHUNK_BYTES)) {
                append(out, chunk, length, maxFileBytes);
            }
            onDisk(() -> out.force(true));
        }
    }

    /** Makes the written content a file with a token; nothing is given back any more. */
    HostedFile keep(Instant expires) throws IOException {
        String digest = HexFormat.of().formatHex(sha256.digest());
        String mimeType = ContentTypes.of(filename, head);
        HostedFile file = new HostedFile(token, filename, size, expires, mimeType, digest, client);
        onDisk(() -> directory.commit(file));
        kept = true;
        return file;
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        try {
            directory.remove(token);
        } catch (IOException e) {
            // What remains has no metadata, or expires; the next start removes it.
            LOG.log(Level.WARNING, "event=discard_failed", e);
        }
        space.giveBack(client, new Quota.Room(size, HostedFile.entries(filename)));
    }

    private void append(FileChannel out, byte[] chunk, int length, long maxFileBytes) throws IOException {
        if (length > maxFileBytes - size) {
            throw new FileTooLargeException(maxFileBytes);
        }
        space.take(client, new Quota.Room(length, 0));
        if (size == 0) {
            head = Arrays.copyOf(chunk, Math.min(length, ContentTypes.HEAD_BYTES));
        }
        size += length;
        sha256.update(chunk, 0, length);
        onDisk(() -> FileDirectory.writeFully(out, ByteBuffer.wrap(chunk, 0, length)));
    }

    private FileChannel create() throws IOException {
        try {
            return directory.create(token);
        } catch (IOException e) {
            throw diskFailure(e);
        }
    }

    private void onDisk(DiskWork work) throws IOException {
        try {
            work.run();
        } catch (IOException e) {
            throw diskFailure(e);
        }
    }

    /** Only the disk's own failures may mean that it is full, never those of the stream that is read. */
    private IOException diskFailure(IOException failure) {
        return DiskFull.caused(failure, directory.folder()) ? StoreFullException.ofDisk(failure) : failure;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private interface DiskWork {
        void run() throws IOException;
    }
}
