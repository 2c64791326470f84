package org.pyexec.files.disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.pyexec.files.ContentTypes;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.PendingFile;
import org.pyexec.files.StoreFullException;

/** One file on its way to the disk, hashed on the way. */
final class DiskPendingFile implements PendingFile {

    private static final System.Logger LOG = System.getLogger(DiskPendingFile.class.getName());

    private final DiskFileStore store;
    private final FileDirectory directory;
    private final Quota quota;
    private final String token;
    private final String client;
    private final String filename;
    private final long maxFileBytes;
    private final FileChannel out;
    private final MessageDigest sha256 = sha256();
    private byte[] head = new byte[0];
    private long size;
    private boolean over;

    private DiskPendingFile(
            DiskFileStore store,
            FileDirectory directory,
            Quota quota,
            String token,
            String client,
            String filename,
            long maxFileBytes)
            throws IOException {
        this.store = store;
        this.directory = directory;
        this.quota = quota;
        this.token = token;
        this.client = client;
        this.filename = filename;
        this.maxFileBytes = maxFileBytes;
        this.out = create();
    }

    /**
     * Begins one.
     *
     * @param store that knows the file when it is kept
     */
    static DiskPendingFile begin(
            DiskFileStore store,
            FileDirectory directory,
            Quota quota,
            String token,
            String client,
            String filename,
            long maxFileBytes)
            throws IOException {
        Quota.Room names = Quota.Room.of(0, filename);
        quota.take(client, names);
        try {
            return new DiskPendingFile(store, directory, quota, token, client, filename, maxFileBytes);
        } catch (IOException | RuntimeException e) {
            quota.giveBack(client, names);
            throw e;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > maxFileBytes - size) {
            throw new FileTooLargeException(maxFileBytes);
        }
        quota.take(client, new Quota.Room(length, 0));
        if (head.length < ContentTypes.HEAD_BYTES) {
            appendToHead(bytes, offset, length);
        }
        size += length;
        sha256.update(bytes, offset, length);
        onDisk(() -> FileDirectory.writeFully(out, ByteBuffer.wrap(bytes, offset, length)));
    }

    private void appendToHead(byte[] bytes, int offset, int length) {
        int more = Math.min(length, ContentTypes.HEAD_BYTES - head.length);
        int before = head.length;
        head = Arrays.copyOf(head, before + more);
        System.arraycopy(bytes, offset, head, before, more);
    }

    @Override
    public HostedFile keep() throws IOException {
        onDisk(() -> out.force(true));
        out.close();
        Instant expires = store.expiryOfNow();
        String digest = HexFormat.of().formatHex(sha256.digest());
        String mimeType = ContentTypes.of(filename, head);
        HostedFile file = new HostedFile(token, filename, size, expires, mimeType, digest, client);
        onDisk(() -> directory.commit(file));
        over = true;
        store.kept(file);
        return file;
    }

    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        try {
            out.close();
            directory.remove(token);
        } catch (IOException e) {
            // What remains has no metadata, or expires; the next start removes it.
            LOG.log(Level.WARNING, "event=discard_failed", e);
        }
        quota.giveBack(client, Quota.Room.of(size, filename));
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
