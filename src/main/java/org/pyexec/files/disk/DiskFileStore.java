package org.pyexec.files.disk;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps files on disk until they expire, across restarts and crashes; the door of this room.
 *
 * <p>Safe for use by many threads. A token is looked up in memory and never becomes a path unless the store itself
 * made it.
 */
public final class DiskFileStore implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(DiskFileStore.class.getName());

    /** Bounds inodes where files are tiny; the limit in bytes does not. */
    private static final long MAX_ENTRIES = 200_000;

    private static final int INDEX_PART = 8; // of the heap
    private static final int BYTES_PER_ENTRY = 2048;

    private final FileStoreSettings settings;
    private final Clock clock;
    private final StorageDirectory folder;
    private final FileDirectory directory;
    private final Path incoming;
    private final Path runtime;
    private final Path keys;
    private final Quota space;
    private final Index index = new Index();

    private DiskFileStore(FileStoreSettings settings, Clock clock, StorageDirectory folder) throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.folder = folder;
        this.directory = new FileDirectory(folder.keptFolder("files"));
        this.incoming = folder.emptyFolder("incoming");
        this.runtime = folder.emptyFolder("runtime");
        this.keys = folder.keptFolder("keys");
        long entries = Math.min(MAX_ENTRIES, Runtime.getRuntime().maxMemory() / INDEX_PART / BYTES_PER_ENTRY);
        this.space = new Quota(
                new Quota.Room(settings.maxBytes(), entries),
                new Quota.Room(settings.maxBytesPerClient(), Math.max(1, entries / 2)));
    }

    /**
     * Opens the store, alone, and finds what a former server left in it.
     *
     * @throws IOException with one line for the administrator if the folder can't be had for this server alone
     */
    public static DiskFileStore open(FileStoreSettings settings, Clock clock) throws IOException {
        StorageDirectory folder = StorageDirectory.open(settings.directory());
        try {
            DiskFileStore store = new DiskFileStore(settings, clock, folder);
            store.recover();
            return store;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Streams a file into the store. When this returns the file is on disk for good; when it throws nothing is left.
     *
     * @param client whose share of the store it takes
     * @param filename a label, cleaned by {@link FileLabel}
     * @param content read to its end, not closed
     * @param maxFileBytes how long this file may be
     * @throws FileTooLargeException if it is longer
     * @throws StoreFullException if the store or its disk has no room, or none for this client
     * @throws IOException if the content can't be read or the disk fails
     */
    public HostedFile add(String client, String filename, InputStream content, long maxFileBytes) throws IOException {
        if (!space.fits(client, new Quota.Room(maxFileBytes, HostedFile.entries(filename)))) {
            sweep();
        }
        try (DiskPendingFile deposit = new DiskPendingFile(directory, space, UUID.randomUUID().toString(), client, filename)) {
            deposit.write(content, maxFileBytes);
            Instant expires = clock.instant().plus(settings.timeToLive()).truncatedTo(ChronoUnit.MILLIS);
            HostedFile file = deposit.keep(expires);
            index.add(file);
            return file;
        }
    }

    /** What is known about a token at this instant; it matches exactly or not at all. */
    public Lookup find(String token) {
        return index.find(token, clock.instant());
    }

    /**
     * Opens the content of a file: {@code size} bytes, the first at position 0. It stays readable to its end when the
     * file expires or is deleted meanwhile.
     *
     * @throws NoSuchFileException if the file has just gone
     */
    public FileChannel read(HostedFile file) throws IOException {
        if (find(file.token()) instanceof Lookup.Found found) {
            return directory.open(found.file().token());
        }
        throw new NoSuchFileException(file.token());
    }

    /**
     * Deletes one file before its time; its token is unknown from then on.
     *
     * @return false if there is no such live file
     * @throws IOException if the disk refuses; the file is then still there
     */
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
        space.giveBack(file.get().client(), file.get().room());
        return true;
    }

    /**
     * Removes the expired files from disk. What can't be removed is tried again at the next sweep.
     *
     * @return how many were removed
     */
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

    /** Bytes of content on disk: live files, expired ones not swept yet, and what is being written. */
    public long bytesHeld() {
        return space.bytes();
    }

    /** How many files can be downloaded now. */
    public int liveCount() {
        return index.liveCount(clock.instant());
    }

    /** The store's folder, absolute. */
    public Path directory() {
        return folder.directory();
    }

    /** A private folder (mode 0700) for request bodies on their way, emptied when the store opens. */
    public Path incoming() {
        return incoming;
    }

    /** A private folder (mode 0700) for the sandbox's socket, emptied when the store opens. */
    public Path runtime() {
        return runtime;
    }

    /** A private folder (mode 0700) for what this server has to know again after a restart. */
    public Path keys() {
        return keys;
    }

    /** Lets another server have the folder; the files stay. Call it when nobody uses the store any more. */
    @Override
    public void close() throws IOException {
        folder.close();
    }

    private void recover() throws IOException {
        Recovery recovery = Recovery.from(directory, clock.instant());
        for (HostedFile file : recovery.live()) {
            space.count(file.client(), file.room());
            index.add(file);
        }
        for (HostedFile file : recovery.expired()) {
            index.remember(file.token(), file.expires());
        }
        forgetOld(clock.instant());
        LOG.log(
                Level.INFO,
                "event=store_opened files=" + recovery.live().size() + " bytes=" + space.bytes() + " removed="
                        + recovery.removed());
    }

    private boolean removeContent(HostedFile file) {
        try {
            directory.removeContent(file.token());
            space.giveBack(file.client(), file.room());
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
