package org.pyexec.sessions;

/** No further session is opened at the moment; the message is a sentence for the client. */
public final class TooManySessionsException extends Exception {

    private final boolean ofThisClient;

    TooManySessionsException(String message, boolean ofThisClient) {
        super(message);
        this.ofThisClient = ofThisClient;
    }

    /** Whether it is this client who has too many. */
    public boolean ofThisClient() {
        return ofThisClient;
    }
}
