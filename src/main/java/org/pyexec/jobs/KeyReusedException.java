package org.pyexec.jobs;

/** An idempotency key came with another request before; the message is a sentence for the client. */
public final class KeyReusedException extends Exception {

    KeyReusedException() {
        super("This Idempotency-Key came with another body before; use a new one for a new request.");
    }
}
