package org.pyexec.files;

class MemoryFileStoreTest extends FileStoreContract {

    @Override
    protected FileStore store() {
        return new MemoryFileStore(SETTINGS, clock);
    }
}
