package org.pyexec.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The body of a form that is being read, which ends with an exception when it has too many parts, or too much before their
 * contents: a part costs kilobytes of memory, and a line of its head some hundred bytes, however short they are. Lines end as
 * they do for mimepull, with or without a carriage return. Used by one thread.
 */
final class CountedForm extends FilterInputStream {

    static final int MAX_PARTS = 64;
    static final int MAX_HEAD_BYTES = 16 << 10; // of all parts together

    private final byte[] delimiter;
    private int matched = 1; // the first delimiter needs no line break before it
    private int parts;
    private int headBytes;
    private boolean inHead;
    private int lineLength;
    private boolean exceeded;

    CountedForm(InputStream body, String boundary) {
        super(body);
        this.delimiter = ("\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether it has ended with an exception for that. */
    boolean exceeded() {
        return exceeded;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        for (int i = offset; i < offset + count; i++) {
            count(bytes[i]);
        }
        return count;
    }

    private void count(byte next) throws IOException {
        if (inHead) {
            headBytes++;
            countLine(next);
        }
        // A line break is in a delimiter at its beginning only.
        matched = next == delimiter[matched] ? matched + 1 : next == '\n' ? 1 : 0;
        if (matched == delimiter.length) {
            matched = 0;
            parts++;
            inHead = true;
            lineLength = 1; // the rest of this line is no empty one
        }
        if (parts > MAX_PARTS + 1 || headBytes > MAX_HEAD_BYTES) {
            exceeded = true;
            throw new IOException("too many parts, or too long heads");
        }
    }

    private void countLine(byte next) {
        if (next == '\n') {
            inHead = lineLength > 0;
            lineLength = 0;
        } else if (next != '\r') {
            lineLength++;
        }
    }
}
