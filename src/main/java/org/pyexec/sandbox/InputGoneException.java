package org.pyexec.sandbox;

/** An input was there when the program was accepted, and is gone now. The message is a sentence for the client. */
public final class InputGoneException extends Exception {

    public InputGoneException(String message) {
        super(message);
    }

    public InputGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
