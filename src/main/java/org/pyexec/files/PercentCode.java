package org.pyexec.files;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Percent-encoding (RFC 3986, section 2.1): an octet as {@code %} and two hexadecimal digits. */
public final class PercentCode {

    private static final int HEXADECIMAL = 16;

    private PercentCode() {}

    /**
     * The text with the octets, in UTF-8, of each character that is not plain encoded.
     *
     * @param isPlain by code point
     */
    public static String encoded(String text, IntPredicate isPlain) {
        if (text.codePoints().allMatch(isPlain)) {
            return text;
        }
        StringBuilder encoded = new StringBuilder(text.length() + HEXADECIMAL);
        text.codePoints().forEach(codePoint -> {
            if (isPlain.test(codePoint)) {
                encoded.appendCodePoint(codePoint);
            } else {
                for (byte octet : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                    encoded.append("%%%02X".formatted(octet & 0xff));
                }
            }
        });
        return encoded.toString();
    }

    /** The octets that an encoded text stands for; empty if no two digits follow a {@code %}. */
    public static Optional<byte[]> decoded(byte[] encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(encoded.length);
        for (int at = 0; at < encoded.length; at++) {
            if (encoded[at] != '%') {
                octets.write(encoded[at]);
                continue;
            }
            int high = digit(encoded, at + 1);
            int low = digit(encoded, at + 2);
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            octets.write(high * HEXADECIMAL + low);
            at += 2;
        }
        return Optional.of(octets.toByteArray());
    }

    private static int digit(byte[] encoded, int at) {
        return at < encoded.length ? Character.digit(encoded[at], HEXADECIMAL) : -1;
    }
}
