package org.pyexec.files.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreContract;

class DiskFileStoreContractTest extends FileStoreContract {

    @TempDir
    Path temporary;

    private StorageDirectory storage;

    @BeforeEach
    void open() throws IOException {
        storage = StorageDirectory.open(temporary.resolve("store"));
    }

    @AfterEach
    void close() throws IOException {
        storage.close();
    }

    @Override
    protected FileStore store() throws IOException {
        return DiskFileStore.open(storage, SETTINGS, clock);
    }
}
