package org.pyexec.sandbox;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The content of one file, which arrives in frames; closing it skips the rest. Used by one thread. */
final class FramedContent extends InputStream {

    private static final int BUFFER_BYTES = 64 << 10;

    private final DataInputStream in;
    private long left;
    private int leftInFrame;

    /**
     * @param in where the frames come from
     * @param size in bytes
     */
    FramedContent(DataInputStream in, long size) {
        this.in = in;
        this.left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        if (leftInFrame == 0) {
            leftInFrame = nextFrame();
        }
        int count = in.read(target, offset, Math.min(length, leftInFrame));
        if (count < 0) {
            throw new EOFException("The sandbox went away within a file");
        }
        left -= count;
        leftInFrame -= count;
        return count;
    }

    private int nextFrame() throws IOException {
        Frames.Header header = Frames.header(in);
        if (header.kind() != Frames.DATA || header.length() == 0 || header.length() > left) {
            throw SupervisorConnection.unexpected(header);
        }
        return header.length();
    }

    @Override
    public void close() throws IOException {
        byte[] unwanted = new byte[BUFFER_BYTES];
        while (left > 0 && read(unwanted, 0, unwanted.length) >= 0) {
            // nobody wants it
        }
    }
}
