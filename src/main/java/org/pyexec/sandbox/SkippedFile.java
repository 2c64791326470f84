package org.pyexec.sandbox;

/**
 * A file of the program that is not handed out.
 *
 * @param filename relative path with {@code /} between folders
 * @param reason a few words, such as {@code larger than 20 MB}
 */
public record SkippedFile(String filename, String reason) {

    /** As frames have it: the name, a zero byte, the reason. */
    static SkippedFile read(String nameAndReason) {
        int end = nameAndReason.indexOf('\0');
        return new SkippedFile(nameAndReason.substring(0, Math.max(end, 0)), nameAndReason.substring(end + 1));
    }
}
