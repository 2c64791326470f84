package org.pyexec.memory;

/** There is no room for as much; the message is a sentence for the client. */
public final class NoRoomException extends Exception {

    NoRoomException(String message) {
        super(message);
    }
}
