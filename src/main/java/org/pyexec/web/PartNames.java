package org.pyexec.web;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.glassfish.jersey.media.multipart.FormDataBodyPart;
import org.jspecify.annotations.Nullable;

/** The name that a client gives a file in a form (RFC 7578, section 4.2). */
final class PartNames {

    private PartNames() {}

    /** The file's name as the client wrote it; null if it gave none. */
    static @Nullable String filename(FormDataBodyPart part) {
        String name = part.getFormDataContentDisposition().getFileName();
        return name == null ? null : utf8(name);
    }

    /** Part headers are read as ISO 8859-1, but clients write UTF-8 (RFC 7578, section 5.1.2). */
    private static String utf8(String name) {
        boolean bytes = name.chars().allMatch(character -> character <= 0xff);
        if (!bytes) {
            return name;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(StandardCharsets.ISO_8859_1.encode(name))
                    .toString();
        } catch (CharacterCodingException latin1) {
            return name;
        }
    }
}
