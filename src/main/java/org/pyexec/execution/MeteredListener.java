package org.pyexec.execution;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.RunListener;

/**
 * Reserves memory for a program's output before it is stored. If there is none, the program is ended, and the rest of its
 * output is discarded. Used by one thread.
 */
final class MeteredListener implements RunListener {

    /** The collector's array, which is copied when it grows, and in the end a text. */
    private static final int HELD_PER_BYTE_OF_OUTPUT = 5;

    /** Characters of two bytes, which are copied when there are more. */
    private static final int HELD_PER_BYTE_OF_TRANSCRIPT = 5;

    /** While they are read: the bytes, and a text that is put together and copied. */
    private static final int HELD_PER_BYTE_OF_RESULTS = 5;

    private static final int KEPT_PER_BYTE_OF_RESULTS = 2;

    /** Of a piece in a transcript, however short: where it begins, and its place in a list. */
    private static final int HELD_PER_PIECE_OF_TRANSCRIPT = 64;

    private final RunListener next;
    private final int heldPerByteOfOutput;
    private final int heldPerPiece;
    private final Memory.Share share;
    private final Runnable end;
    private long held;
    private long resultBytes;
    private Optional<NoRoomException> refusal = Optional.empty();

    /**
     * @param transcribed whether the next one keeps a transcript
     * @param held what the share holds already
     * @param end ends the program
     */
    MeteredListener(RunListener next, boolean transcribed, Memory.Share share, long held, Runnable end) {
        this.next = next;
        this.heldPerByteOfOutput = HELD_PER_BYTE_OF_OUTPUT + (transcribed ? HELD_PER_BYTE_OF_TRANSCRIPT : 0);
        this.heldPerPiece = transcribed ? HELD_PER_PIECE_OF_TRANSCRIPT : 0;
        this.share = share;
        this.held = held;
        this.end = end;
    }

    @Override
    public void stdout(byte[] bytes) throws IOException {
        if (hold(heldPerPiece + (long) heldPerByteOfOutput * bytes.length)) {
            next.stdout(bytes);
        }
    }

    @Override
    public void stderr(byte[] bytes) throws IOException {
        if (hold(heldPerPiece + (long) heldPerByteOfOutput * bytes.length)) {
            next.stderr(bytes);
        }
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        if (refusal.isEmpty()) {
            next.file(filename, size, content);
        }
    }

    @Override
    public boolean wantsResults(int bytes) {
        resultBytes = bytes;
        return hold((long) HELD_PER_BYTE_OF_RESULTS * bytes) && next.wantsResults(bytes);
    }

    /**
     * Takes memory for an answer as well.
     *
     * @param bytes how much the answer takes while it is made
     * @throws NoRoomException if there is none for it, or was none for what comes in it
     */
    void holdAnswer(long bytes) throws NoRoomException {
        hold(bytes - (HELD_PER_BYTE_OF_RESULTS - KEPT_PER_BYTE_OF_RESULTS) * resultBytes);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private boolean hold(long more) {
        if (refusal.isPresent()) {
            return false;
        }
        try {
            share.hold(held + more);
            held += more;
            return true;
        } catch (NoRoomException e) {
            refusal = Optional.of(e);
            end.run();
            return false;
        }
    }
}
