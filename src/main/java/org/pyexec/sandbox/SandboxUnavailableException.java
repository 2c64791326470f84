package org.pyexec.sandbox;

/** Isolation or the interpreter is not available at the moment. The message is one line for the operator. */
public final class SandboxUnavailableException extends Exception {

    public SandboxUnavailableException(String message) {
        super(message);
    }

    public SandboxUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
