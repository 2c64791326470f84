package org.pyexec.execution;

/** One more job, session or event stream would exceed a limit. The message is a sentence for the client. */
public final class TooManyException extends Exception {

    private final boolean ofThisClient;

    public TooManyException(String message, boolean ofThisClient) {
        super(message);
        this.ofThisClient = ofThisClient;
    }

    /** Whether it is this client who has too many. */
    public boolean ofThisClient() {
        return ofThisClient;
    }
}
