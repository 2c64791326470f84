package org.pyexec.files;

/** Counts what the files take, those being written included; safe for use by many threads. */
final class Space {

    /** Bounds memory and inodes where files are tiny; the limit in bytes does not. */
    static final int MAX_FILES = 200_000;

    private final long maxBytes;

    // mutable state, guarded by this
    private long bytes;
    private int files;

    Space(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized void takeFile() throws StoreFullException {
        if (files >= MAX_FILES) {
            throw new StoreFullException("the store holds at most " + MAX_FILES + " files", maxBytes, null);
        }
        files++;
    }

    synchronized void take(long more) throws StoreFullException {
        if (more > maxBytes - bytes) {
            throw new StoreFullException("the store holds at most " + maxBytes + " bytes", maxBytes, null);
        }
        bytes += more;
    }

    /** Counts a file that is there already, even beyond the limits, which may be lower than they were. */
    synchronized void count(long size) {
        files++;
        bytes += size;
    }

    /** Gives back one file and its bytes. */
    synchronized void giveBack(long size) {
        files--;
        bytes -= size;
    }

    synchronized boolean fits(long size) {
        return files < MAX_FILES && size <= maxBytes - bytes;
    }

    synchronized long bytes() {
        return bytes;
    }

    long maxBytes() {
        return maxBytes;
    }
}
