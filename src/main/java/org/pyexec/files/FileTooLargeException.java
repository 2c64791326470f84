package org.pyexec.files;

import java.io.IOException;

/** One file is longer than a single file may be; nothing of it was kept. */
public final class FileTooLargeException extends IOException {

    private final long limitBytes;

    public FileTooLargeException(long limitBytes) {
        super("the file is larger than " + limitBytes + " bytes");
        this.limitBytes = limitBytes;
    }

    /** How many bytes one file may have. */
    public long limitBytes() {
        return limitBytes;
    }
}
