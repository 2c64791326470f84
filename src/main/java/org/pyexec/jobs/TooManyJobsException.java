package org.pyexec.jobs;

/** No further job is taken on at the moment; the message is a sentence for the client. */
public final class TooManyJobsException extends Exception {

    private final boolean ofThisClient;

    TooManyJobsException(String message, boolean ofThisClient) {
        super(message);
        this.ofThisClient = ofThisClient;
    }

    /** Whether it is this client who has too many. */
    public boolean ofThisClient() {
        return ofThisClient;
    }
}
