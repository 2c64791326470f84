package org.pyexec.execution;

/** A program was refused. The message is a sentence for the client; subclasses add details. */
public class RefusedException extends Exception {

    private final Refusal refusal;

    public RefusedException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    public RefusedException(Refusal refusal, String message, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }

    /** For want of room, which the cause tells in a sentence for the client. */
    static RefusedException busy(Exception why) {
        return new RefusedException(Refusal.BUSY, String.valueOf(why.getMessage()), why);
    }
}
