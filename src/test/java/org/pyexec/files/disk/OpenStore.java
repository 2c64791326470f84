package org.pyexec.files.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.files.PendingFile;

/** A store on the disk with the folder that it lies in. */
final class OpenStore implements FileStore, AutoCloseable {

    private final StorageDirectory storage;
    private final DiskFileStore store;

    private OpenStore(StorageDirectory storage, DiskFileStore store) {
        this.storage = storage;
        this.store = store;
    }

    static OpenStore open(Path directory, FileStoreSettings settings, Clock clock) throws IOException {
        StorageDirectory storage = StorageDirectory.open(directory);
        try {
            return new OpenStore(storage, DiskFileStore.open(storage, settings, clock));
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    @Override
    public PendingFile begin(String client, String filename, long maxFileBytes) throws IOException {
        return store.begin(client, filename, maxFileBytes);
    }

    @Override
    public Lookup find(String token) {
        return store.find(token);
    }

    FileChannel read(HostedFile file) throws IOException {
        return read(file, 0);
    }

    @Override
    public FileChannel read(HostedFile file, long offset) throws IOException {
        return store.read(file, offset);
    }

    @Override
    public boolean delete(String token) throws IOException {
        return store.delete(token);
    }

    @Override
    public int sweep() {
        return store.sweep();
    }

    @Override
    public long bytesHeld() {
        return store.bytesHeld();
    }

    @Override
    public int liveCount() {
        return store.liveCount();
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
