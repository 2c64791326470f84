package org.pyexec.files;

import java.io.IOException;

/** The store stands elsewhere and cannot be reached at the moment; nothing has changed in it. */
public final class StoreUnreachableException extends IOException {

    public StoreUnreachableException(String message) {
        super(message);
    }

    public StoreUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
