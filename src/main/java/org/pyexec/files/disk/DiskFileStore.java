package org.pyexec.files.disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.files.PendingFile;

/**
 * Keeps files on this machine's disk until they expire, across restarts and crashes.
 *
 * <p>Safe for use by many threads. A token is looked up in memory and never becomes a path unless the store itself
 * made it.
 */
public final class DiskFileStore implements FileStore {

    private static final System.Logger LOG = System.getLogger(DiskFileStore.class.getName());

    /** Bounds inodes where files are tiny; the limit in bytes does not. */
    private static final long MAX_ENTRIES = 200_000;

    private static final int INDEX_PART = 8; // of the heap
    private static final int BYTES_PER_ENTRY = 2048;

    private final FileStoreSettings settings;
    private final Clock clock;
    private final FileDirectory directory;
    private final Quota quota;
    private final Index index = new Index();

    private DiskFileStore(FileStoreSettings settings, Clock clock, FileDirectory directory) {
        this.settings = settings;
        this.clock = clock;
        this.directory = directory;
        long entries = Math.min(MAX_ENTRIES, Runtime.getRuntime().maxMemory() / INDEX_PART / BYTES_PER_ENTRY);
        this.quota = new Quota(
                new Quota.Room(settings.maxBytes(), entries),
                new Quota.Room(settings.maxBytesPerClient(), Math.max(1, entries / 2)));
    }

    /** Opens the store and finds what a former server left in it. The storage stays open until nobody uses the store any more. */
    public static DiskFileStore open(StorageDirectory storage, FileStoreSettings settings, Clock clock)
            throws IOException {
        DiskFileStore store = new DiskFileStore(settings, clock, new FileDirectory(storage.keptFolder("files")));
        store.recover();
        return store;
    }

    @Override
    public PendingFile begin(String client, String filename, long maxFileBytes) throws IOException {
        if (!quota.fits(client, Quota.Room.of(maxFileBytes, filename))) {
            sweep();
        }
        return DiskPendingFile.begin(
                this, directory, quota, UUID.randomUUID().toString(), client, filename, maxFileBytes);
    }

    /** When a file expires that is kept now. */
    Instant expiryOfNow() {
        return clock.instant().plus(settings.timeToLive()).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Can be found from now on. */
    void kept(HostedFile file) {
        index.add(file);
    }

    @Override
    public Lookup find(String token) {
        return index.find(token, clock.instant());
    }

    @Override
    public FileChannel read(HostedFile file, long offset) throws IOException {
        if (find(file.token()) instanceof Lookup.Found found) {
            return directory.open(found.file().token()).position(offset);
        }
        throw new NoSuchFileException(file.token());
    }

    /** Past this server's memory where the kernel can (sendfile(2)). */
    @Override
    public void copy(HostedFile file, WritableByteChannel target) throws IOException {
        try (FileChannel content = read(file, 0)) {
            long position = 0;
            while (position < file.size()) {
                long count = content.transferTo(position, file.size() - position, target);
                if (count <= 0) {
                    throw new IOException("The stored file is shorter than it was when it was stored");
                }
                position += count;
            }
        }
    }

    @Override
    public boolean delete(String token) throws IOException {
        Optional<HostedFile> file = index.remove(token, clock.instant());
        if (file.isEmpty()) {
            return false;
        }
        try {
            directory.remove(token);
            directory.sync();
        } catch (IOException e) {
            index.add(file.get());
            throw e;
        }
        quota.giveBack(file.get().client(), Quota.Room.of(file.get()));
        return true;
    }

    @Override
    public int sweep() {
        Instant now = clock.instant();
        int removed = 0;
        List<HostedFile> stuck = new ArrayList<>();
        for (Optional<HostedFile> due = index.takeDue(now); due.isPresent(); due = index.takeDue(now)) {
            if (removeContent(due.get())) {
                removed++;
            } else {
                stuck.add(due.get());
            }
        }
        stuck.forEach(index::due);
        forgetOld(now);
        return removed;
    }

    @Override
    public long bytesHeld() {
        return quota.bytes();
    }

    @Override
    public int liveCount() {
        return index.liveCount(clock.instant());
    }

    private void recover() throws IOException {
        Recovery recovery = Recovery.from(directory, clock.instant());
        for (HostedFile file : recovery.live()) {
            quota.count(file.client(), Quota.Room.of(file));
            index.add(file);
        }
        for (HostedFile file : recovery.expired()) {
            index.remember(file.token(), file.expires());
        }
        forgetOld(clock.instant());
        LOG.log(
                Level.INFO,
                "event=store_opened files=" + recovery.live().size() + " bytes=" + quota.bytes() + " removed="
                        + recovery.removed());
    }

    private boolean removeContent(HostedFile file) {
        try {
            directory.removeContent(file.token());
            quota.giveBack(file.client(), Quota.Room.of(file));
            return true;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "event=sweep_failed", e);
            return false;
        }
    }

    private void forgetOld(Instant now) {
        for (Optional<String> old = index.forgetOne(now); old.isPresent(); old = index.forgetOne(now)) {
            try {
                directory.removeMetadata(old.get());
            } catch (IOException e) {
                // The next start finds it expired and forgets it again.
                LOG.log(Level.WARNING, "event=forget_failed", e);
            }
        }
    }
}
