package org.pyexec.jobs;

/** An idempotency key was used before with another request. The message is a sentence for the client. */
public final class KeyReusedException extends Exception {

    KeyReusedException() {
        super("This Idempotency-Key came with another body before; use a new one for a new request.");
    }
}
