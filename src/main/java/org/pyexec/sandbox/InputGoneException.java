package org.pyexec.sandbox;

/** An input was there when the program was taken on, and is gone now; the message is a sentence for the client. */
public final class InputGoneException extends Exception {

    public InputGoneException(String message) {
        super(message);
    }

    public InputGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
