package org.pyexec.web;

import java.nio.charset.StandardCharsets;
import org.pyexec.files.DownloadName;

/** The {@code Content-Disposition} of a download (RFC 6266, with RFC 8187 for names beyond ASCII). */
final class ContentDisposition {

    private static final String ATTRIBUTE_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";

    private ContentDisposition() {}

    /** As an attachment under this name, which has no folders; ASCII for old clients, and in full for the others. */
    static String attachment(String filename) {
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
                .formatted(DownloadName.ascii(filename), encoded(filename));
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
