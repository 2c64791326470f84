package org.pyexec.body;

import java.io.IOException;
import java.io.InputStream;

/**
 * What has arrived of a body, for a reader that is called when more has come. Where another stream would wait, this one throws, and
 * the reader tries again with the next piece. Used by one thread at a time.
 */
final class ArrivedBytes extends InputStream {

    private static final byte[] NOTHING = new byte[0];

    private byte[] piece = NOTHING;
    private int position;
    private int end;
    private boolean complete;
    private boolean dry;

    /** There is no more yet. */
    private static final class DryException extends IOException {

        private static final long serialVersionUID = 1L;

        /** Thrown for every piece; its stack is of no interest. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** The next piece, which is read until the stream is dry before the array has other content. */
    void add(byte[] bytes, int count) {
        piece = bytes;
        position = 0;
        end = count;
        dry = false;
    }

    /** That was the last piece. */
    void complete() {
        complete = true;
        dry = false;
    }

    /** Whether the last attempt to read it has thrown. */
    boolean isDry() {
        return dry;
    }

    @Override
    public int read() throws IOException {
        return isAtEnd() ? -1 : piece[position++] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (isAtEnd()) {
            return -1;
        }
        int count = Math.min(length, end - position);
        System.arraycopy(piece, position, bytes, offset, count);
        position += count;
        return count;
    }

    private boolean isAtEnd() throws DryException {
        if (position < end) {
            return false;
        }
        piece = NOTHING;
        position = 0;
        end = 0;
        if (!complete) {
            dry = true;
            throw new DryException();
        }
        return true;
    }
}
