package org.pyexec.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A parameter's value with its character set, percent-encoded: {@code UTF-8'en'%e2%82%ac.txt} (RFC 8187, section 3.2.1). */
final class ExtendedValue {

    private static final Pattern FORM = Pattern.compile("(UTF-8|ISO-8859-1)'[^']*'(.*)", Pattern.CASE_INSENSITIVE);
    private static final int HEXADECIMAL = 16;

    private ExtendedValue() {}

    /** The text; null if it is malformed, or in another character set than the two that everybody knows. */
    static @Nullable String decode(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return null;
        }
        Charset charset =
                form.group(1).equalsIgnoreCase("UTF-8") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        byte[] bytes = bytes(form.group(2));
        try {
            return bytes == null
                    ? null
                    : charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static byte @Nullable [] bytes(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int at = 0; at < encoded.length(); at++) {
            char c = encoded.charAt(at);
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            int high = at + 2 < encoded.length() ? Character.digit(encoded.charAt(at + 1), HEXADECIMAL) : -1;
            int low = at + 2 < encoded.length() ? Character.digit(encoded.charAt(at + 2), HEXADECIMAL) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            bytes.write(high * HEXADECIMAL + low);
            at += 2;
        }
        return bytes.toByteArray();
    }
}
