package org.pyexec.execution;

import java.time.Duration;

/** Reads a transcript from beginning to end while it is being written. Used by one thread. */
public final class TranscriptReader implements AutoCloseable {

    private final Transcript transcript;
    private final boolean paces;
    private int position;

    TranscriptReader(Transcript transcript, int position, boolean paces) {
        this.transcript = transcript;
        this.position = position;
        this.paces = paces;
    }

    /**
     * What comes next; whoever asks has done with what came before.
     *
     * @param patience how long to wait before that is {@link Transcript.Silence}
     */
    public Transcript.Next next(Duration patience) throws InterruptedException {
        Transcript.Next next = transcript.next(position, paces, patience.toNanos());
        if (next instanceof Transcript.Piece piece) {
            position = piece.end();
        }
        return next;
    }

    /** The program does not wait for it any more. */
    @Override
    public void close() {
        if (paces) {
            transcript.paceNoMore();
        }
    }
}
