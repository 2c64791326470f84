package org.pyexec.web;

/** A request that can't be understood; the message is a sentence that says what is wrong with it. */
class BadRequest extends RuntimeException {

    private final String error;

    BadRequest(String error, String message) {
        super(message);
        this.error = error;
    }

    String error() {
        return error;
    }
}
