package org.pyexec.http;

import org.pyexec.files.DownloadName;
import org.pyexec.files.PercentCode;

/** The {@code Content-Disposition} of a download (RFC 6266, with RFC 8187 for names beyond ASCII). */
public final class ContentDisposition {

    private static final String ATTRIBUTE_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";

    private ContentDisposition() {}

    /** As an attachment under this name, which has no folders; ASCII for old clients, and in full for the others. */
    public static String attachment(String filename) {
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
                .formatted(
                        DownloadName.ascii(filename),
                        PercentCode.encoded(filename, ContentDisposition::isAttributeCharacter));
    }

    private static boolean isAttributeCharacter(int character) {
        return ATTRIBUTE_CHARACTERS.indexOf(character) >= 0;
    }
}
