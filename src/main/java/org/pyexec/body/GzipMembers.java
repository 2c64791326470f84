package org.pyexec.body;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses the members of a gzip file (RFC 1952), one after another. It reads them in a loop, whereas
 * {@link java.util.zip.GZIPInputStream} calls itself for each empty member: the stack does not grow with what a client sends.
 * Zeros after a member are padding, as gzip and Python treat them; anything else must be another member. Used by one thread.
 */
final class GzipMembers implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 << 10;

    private static final int FIRST_MAGIC = 0x1f;
    private static final int SECOND_MAGIC = 0x8b;
    private static final int DEFLATE = 8;

    // Flags, RFC 1952, section 2.3.1
    private static final int HEADER_CRC = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    private static final int RESERVED = 0b1110_0000;

    private static final int TIME_FLAGS_AND_SYSTEM_BYTES = 6;
    private static final long LOW_32_BITS = 0xffff_ffffL;
    private static final int LOW_16_BITS = 0xffff;

    private final InputStream compressed;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32(); // of the header, then of the content
    private int position;
    private int end;
    private boolean begun;
    private boolean inMember;

    /**
     * @param compressed read in pieces, not closed
     */
    GzipMembers(InputStream compressed) {
        this.compressed = compressed;
    }

    /**
     * Some bytes of the content, from the start of the array on.
     *
     * @return how many, at least one; -1 at the end
     * @throws ZipException if this is no gzip
     * @throws EOFException if it is a part of one
     */
    int read(byte[] into) throws IOException {
        while (inMember || beginMember()) {
            int count = inflate(into);
            if (count > 0) {
                return count;
            }
            endMember();
        }
        return -1;
    }

    @Override
    public void close() {
        inflater.end();
    }

    private boolean beginMember() throws IOException {
        if (begun && isEndAfterPadding()) {
            return false;
        }
        readHeader();
        crc.reset();
        inflater.reset();
        begun = true;
        inMember = true;
        return true;
    }

    private boolean isEndAfterPadding() throws IOException {
        while (position < end || fill()) {
            if (buffer[position] != 0) {
                return false;
            }
            position++;
        }
        return true;
    }

    private void readHeader() throws IOException {
        crc.reset();
        if (next() != FIRST_MAGIC || next() != SECOND_MAGIC || next() != DEFLATE) {
            throw new ZipException("no gzip, or not with deflate");
        }
        int flags = next();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("flags that nobody knows");
        }
        skip(TIME_FLAGS_AND_SYSTEM_BYTES);
        if ((flags & EXTRA) != 0) {
            skip(next16());
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        int expected = (int) crc.getValue() & LOW_16_BITS;
        if ((flags & HEADER_CRC) != 0 && next16() != expected) {
            throw new ZipException("damaged header");
        }
    }

    /** Zero at the end of the member only. */
    private int inflate(byte[] into) throws IOException {
        try {
            int count = inflater.inflate(into);
            while (count == 0 && !inflater.finished()) {
                feed();
                count = inflater.inflate(into);
            }
            crc.update(into, 0, count);
            return count;
        } catch (DataFormatException e) {
            ZipException malformed = new ZipException("damaged content");
            malformed.initCause(e);
            throw malformed;
        }
    }

    private void feed() throws IOException {
        if (position == end && !fill()) {
            throw new EOFException("content without its end");
        }
        inflater.setInput(buffer, position, end - position);
        position = end;
    }

    private void endMember() throws IOException {
        position = end - inflater.getRemaining();
        inMember = false;
        long expectedCrc = crc.getValue();
        long expectedLength = inflater.getBytesWritten() & LOW_32_BITS;
        if (next32() != expectedCrc || next32() != expectedLength) {
            throw new ZipException("damaged content");
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        int character;
        do {
            character = next();
        } while (character != 0);
    }

    private long next32() throws IOException {
        long low = next16();
        return low | (long) next16() << 16;
    }

    /** Numbers have their lowest byte first. */
    private int next16() throws IOException {
        int low = next();
        return low | next() << 8;
    }

    private int next() throws IOException {
        if (position == end && !fill()) {
            throw new EOFException("a part of a gzip");
        }
        int octet = buffer[position++] & 0xff;
        crc.update(octet);
        return octet;
    }

    private boolean fill() throws IOException {
        int count = compressed.read(buffer, 0, buffer.length);
        position = 0;
        end = Math.max(count, 0);
        return count > 0;
    }
}
