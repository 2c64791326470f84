package org.pyexec.sandbox;

/** Isolation or the interpreter can't be had at the moment; the message is one line for the operator. */
public final class SandboxUnavailableException extends Exception {

    public SandboxUnavailableException(String message) {
        super(message);
    }

    public SandboxUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
