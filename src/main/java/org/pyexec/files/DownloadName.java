package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name under which whoever downloads a file saves it: one part, with the folders in it, so that the files of an answer do not
 * overwrite each other. Two labels never have the same one, unless they are so long that it is cut and ends in a digest.
 */
public final class DownloadName {

    /** What a slash becomes, or what would be read as one that has been encoded, as often as one likes. */
    private static final Pattern ENCODED_SLASH = Pattern.compile("%((?:25)*+2F)");

    private static final int MARK_BYTES = 6;

    private DownloadName() {}

    /** The label itself where it has no folders; each slash is {@code %2F}, and what looks like one {@code %252F}. */
    public static String of(String label) {
        String name = ENCODED_SLASH.matcher(label).replaceAll("%25$1").replace("/", "%2F");
        return FileLabel.fits(name) ? name : FileLabel.shortened(name, mark(label));
    }

    /**
     * A name in printable ASCII that needs no escapes in a header: the name itself, or one with {@code _} for what cannot be in it
     * and a digest, since others would become the same.
     */
    public static String ascii(String name) {
        String standIn = name.codePoints()
                .map(c -> c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return standIn.equals(name) ? name : FileLabel.shortened(standIn, mark(name));
    }

    private static String mark(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return "~" + HexFormat.of().formatHex(digest, 0, MARK_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
