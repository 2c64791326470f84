package org.pyexec.api;

/** A request that can't be understood; the message is a sentence that says what is wrong with it. */
public class BadRequest extends RuntimeException {

    private final String error;

    public BadRequest(String error, String message) {
        super(message);
        this.error = error;
    }

    public String error() {
        return error;
    }
}
