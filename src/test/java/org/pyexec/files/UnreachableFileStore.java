package org.pyexec.files;

import java.nio.channels.ReadableByteChannel;

/** A store for tests that stands elsewhere, behind a connection that is broken. */
public final class UnreachableFileStore implements FileStore {

    @Override
    public PendingFile begin(String client, String filename, long maxFileBytes) throws StoreUnreachableException {
        throw unreachable();
    }

    @Override
    public Lookup find(String token) {
        return new Lookup.Unreachable();
    }

    @Override
    public ReadableByteChannel read(HostedFile file, long offset) throws StoreUnreachableException {
        throw unreachable();
    }

    @Override
    public boolean delete(String token) throws StoreUnreachableException {
        throw unreachable();
    }

    @Override
    public int sweep() {
        return 0;
    }

    @Override
    public long bytesHeld() {
        return 0;
    }

    @Override
    public int liveCount() {
        return 0;
    }

    private static StoreUnreachableException unreachable() {
        return new StoreUnreachableException("no route to the store");
    }
}
