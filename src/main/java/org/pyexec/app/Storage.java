package org.pyexec.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.pyexec.files.FileStore;
import org.pyexec.files.disk.DiskFileStore;
import org.pyexec.files.disk.StorageDirectory;

/**
 * What is in {@code STORAGE_DIR}: the store of files, and folders of others.
 *
 * @param incoming for request bodies on their way, emptied at the start
 * @param runtime for the sandbox's socket, emptied at the start
 * @param keys for what this server has to know again after a restart
 */
record Storage(StorageDirectory directory, FileStore files, Path incoming, Path runtime, Path keys)
        implements AutoCloseable {

    /**
     * Opens it, alone, and finds what a former server left in it.
     *
     * @throws IOException with one line for the administrator if the folder can't be had for this server alone
     */
    static Storage open(Settings settings, Clock clock) throws IOException {
        StorageDirectory directory = StorageDirectory.open(settings.storageDirectory());
        try {
            return new Storage(
                    directory,
                    DiskFileStore.open(directory, settings.files(), clock),
                    directory.emptyFolder("incoming"),
                    directory.emptyFolder("runtime"),
                    directory.keptFolder("keys"));
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Lets another server have the folder; the files stay. */
    @Override
    public void close() throws IOException {
        directory.close();
    }
}
