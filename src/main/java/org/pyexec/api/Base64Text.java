package org.pyexec.api;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Base64 as clients write it: both alphabets of RFC 4648 (sections 4 and 5), with or without padding, in lines as MIME has them
 * (RFC 2045, section 6.8), and behind the head of a {@code data:} URL (RFC 2397).
 */
final class Base64Text {

    private static final Pattern DATA_URL_HEAD =
            Pattern.compile("\\s*data:[^,]{0,255};base64,", Pattern.CASE_INSENSITIVE);
    private static final int MOST_PADDING = 2;

    private Base64Text() {}

    /**
     * The bytes.
     *
     * @throws IllegalArgumentException if it is not Base64
     */
    static byte[] decode(String text) {
        Matcher head = DATA_URL_HEAD.matcher(text);
        byte[] digits = new byte[text.length()];
        int count = 0;
        for (int at = head.lookingAt() ? head.end() : 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
                digits[count++] = digit(c);
            }
        }
        return Base64.getDecoder().decode(trimmed(digits, count));
    }

    /** The digit in the alphabet of section 4. */
    private static byte digit(char c) {
        return switch (c) {
            case '-' -> '+';
            case '_' -> '/';
            default -> (byte) (c < 0x80 ? c : '?');
        };
    }

    private static byte[] trimmed(byte[] digits, int count) {
        int end = count;
        while (end > 0 && count - end < MOST_PADDING && digits[end - 1] == '=') {
            end--;
        }
        return end == digits.length ? digits : java.util.Arrays.copyOf(digits, end);
    }
}
