package org.pyexec.app;

/** A setting that the server can't start with; the message is one clear line. */
public final class InvalidSettingException extends IllegalArgumentException {

    public InvalidSettingException(String message) {
        super(message);
    }
}
