package org.pyexec.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store, or the disk under it, has no room for the file; nothing of the file was kept. */
public final class StoreFullException extends IOException {

    private final long limitBytes;

    StoreFullException(String message, long limitBytes, @Nullable Throwable cause) {
        super(message, cause);
        this.limitBytes = limitBytes;
    }

    /** How many bytes the store may hold in all. */
    public long limitBytes() {
        return limitBytes;
    }
}
