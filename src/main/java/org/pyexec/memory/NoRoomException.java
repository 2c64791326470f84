package org.pyexec.memory;

/** There is not enough memory left for a request. The message is a sentence for the client. */
public final class NoRoomException extends Exception {

    NoRoomException(String message) {
        super(message);
    }
}
