package org.pyexec.body;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The body of a form that is being read, which ends with an exception when its boundary stands in it too often, or when there is
 * too much before the contents of its parts. Wherever the boundary stands, mimepull begins a new array of kilobytes for what
 * follows, and a line of a head costs some hundred bytes, however short they are. Used by one thread.
 */
public final class CountedForm extends FilterInputStream {

    public static final int MAX_PARTS = 64;
    public static final int MAX_HEAD_BYTES = 16 << 10; // of all parts together

    private final byte[] delimiter;
    private final int[] borders;
    private int matched;
    private int delimiters;
    private int headBytes;
    private boolean inHead;
    private int lineLength;
    private boolean exceeded;

    /**
     * @param boundary Latin-1
     */
    CountedForm(InputStream body, String boundary) {
        super(body);
        this.delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.borders = bordersOf(delimiter);
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
        while (matched > 0 && next != delimiter[matched]) {
            matched = borders[matched - 1];
        }
        matched += next == delimiter[matched] ? 1 : 0;
        if (matched == delimiter.length) {
            matched = borders[matched - 1];
            delimiters++;
            inHead = true;
            lineLength = 1; // the rest of this line is no empty one
        }
        if (delimiters > MAX_PARTS + 1 || headBytes > MAX_HEAD_BYTES) {
            exceeded = true;
            throw new IOException("too many parts, or too long heads");
        }
    }

    /** Lines of a head end with a line feed, with or without a carriage return before it. */
    private void countLine(byte next) {
        if (next == '\n') {
            inHead = lineLength > 0;
            lineLength = 0;
        } else if (next != '\r') {
            lineLength++;
        }
    }

    /** How long the longest proper beginning is that is also the end, for each beginning of a word (Knuth, Morris and Pratt). */
    private static int[] bordersOf(byte[] word) {
        int[] borders = new int[word.length];
        int length = 0;
        for (int i = 1; i < word.length; i++) {
            while (length > 0 && word[i] != word[length]) {
                length = borders[length - 1];
            }
            length += word[i] == word[length] ? 1 : 0;
            borders[i] = length;
        }
        return borders;
    }
}
