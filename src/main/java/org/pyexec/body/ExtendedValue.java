package org.pyexec.body;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.PercentCode;

/** A parameter's value with its character set, percent-encoded: {@code UTF-8'en'%e2%82%ac.txt} (RFC 8187, section 3.2.1). */
final class ExtendedValue {

    private static final Pattern FORM = Pattern.compile("(UTF-8|ISO-8859-1)'[^']*'(.*)", Pattern.CASE_INSENSITIVE);

    private ExtendedValue() {}

    /** The text; null if it is malformed, or in another character set than the two that everybody knows. */
    static @Nullable String decode(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return null;
        }
        Charset charset =
                form.group(1).equalsIgnoreCase("UTF-8") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        Optional<byte[]> bytes = PercentCode.decoded(form.group(2).getBytes(StandardCharsets.ISO_8859_1));
        try {
            return bytes.isEmpty()
                    ? null
                    : charset.newDecoder().decode(ByteBuffer.wrap(bytes.get())).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
