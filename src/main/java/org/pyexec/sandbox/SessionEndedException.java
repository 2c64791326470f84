package org.pyexec.sandbox;

/** The interpreter of a session has ended. The message is a sentence that says why. */
public final class SessionEndedException extends Exception {

    SessionEndedException(String reason) {
        super(reason);
    }
}
