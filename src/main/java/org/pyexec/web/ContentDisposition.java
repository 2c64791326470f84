package org.pyexec.web;

import java.nio.charset.StandardCharsets;

/** The {@code Content-Disposition} of a download (RFC 6266, with RFC 8187 for names beyond ASCII). */
final class ContentDisposition {

    private static final String ATTRIBUTE_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";

    private ContentDisposition() {}

    /** As an attachment under this name, without folders; ASCII for old clients, and in full for the others. */
    static String attachment(String filename) {
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s".formatted(ascii(filename), encoded(filename));
    }

    private static String ascii(String name) {
        return name.codePoints()
                .map(c -> c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String encoded(String name) {
        StringBuilder text = new StringBuilder();
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            if (ATTRIBUTE_CHARACTERS.indexOf(octet) >= 0) {
                text.append((char) octet);
            } else {
                text.append("%%%02X".formatted(octet & 0xff));
            }
        }
        return text.toString();
    }
}
