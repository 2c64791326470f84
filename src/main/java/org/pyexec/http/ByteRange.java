package org.pyexec.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file.
 *
 * @param first offset of the first byte
 * @param length number of bytes, at least 1 but in a whole empty file
 */
public record ByteRange(long first, long length) {

    private static final Pattern SINGLE = Pattern.compile("bytes=[ \\t]*([0-9]{0,18})-([0-9]{0,18})[ \\t]*");

    /** What a {@code Range} header asks for. */
    public sealed interface Asked {

        /** This part. */
        record Part(ByteRange range) implements Asked {}

        /** Nothing that could be understood or is worth it: the whole file (RFC 9110, section 14.2). */
        record Whole() implements Asked {}

        /** A part that is not there. */
        record Unsatisfiable() implements Asked {}
    }

    /** Reads a {@code Range} header for a file of a given size; several ranges count as the whole file. */
    public static Asked parse(Optional<String> header, long size) {
        Matcher single = SINGLE.matcher(header.orElse(""));
        if (!single.matches()) {
            return new Asked.Whole();
        }
        String from = single.group(1);
        String to = single.group(2);
        if (from.isEmpty()) {
            return to.isEmpty() ? new Asked.Whole() : lastBytes(Long.parseLong(to), size);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return new Asked.Whole();
        }
        return first >= size ? new Asked.Unsatisfiable() : new Asked.Part(new ByteRange(first, last - first + 1));
    }

    private static Asked lastBytes(long count, long size) {
        long length = Math.min(count, size);
        return length == 0 ? new Asked.Unsatisfiable() : new Asked.Part(new ByteRange(size - length, length));
    }

    /** The value of {@code Content-Range}. */
    public String contentRange(long size) {
        return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
    }
}
