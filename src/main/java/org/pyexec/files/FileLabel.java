package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns names that strangers chose into harmless labels for people; a label is never opened as a path. */
public final class FileLabel {

    private static final String NAMELESS = "file";
    private static final int MAX_BYTES = 255;
    private static final int MAX_EXTENSION_BYTES = 32;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private FileLabel() {}

    /**
     * The label of an uploaded file: the last part of the client's path without control characters, at most 255 bytes
     * of UTF-8, {@code file} if nothing is left.
     */
    public static String ofUpload(@Nullable String clientName) {
        return clientName == null ? NAMELESS : component(clientName);
    }

    /**
     * The label of a file that a program wrote: the name that the sandbox shows it under, which is no other file's. What is
     * invisible in it all the same is percent-encoded.
     */
    public static String ofGenerated(String relativePath) {
        String label = Arrays.stream(relativePath.split("/", -1))
                .filter(part -> !part.isEmpty())
                .map(part -> part.equals(".") || part.equals("..")
                        ? NAMELESS
                        : PercentCode.encoded(part, FileLabel::isVisibleOrJoins))
                .collect(Collectors.joining("/"));
        return label.isEmpty() ? NAMELESS : label;
    }

    /** What follows the last {@code /}; the whole label if there is none. A backslash is an ordinary character. */
    static String lastComponent(String label) {
        return label.substring(label.lastIndexOf('/') + 1);
    }

    private static String component(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String clean = withoutControls(last).strip();
        if (clean.isEmpty() || clean.equals(".") || clean.equals("..")) {
            return NAMELESS;
        }
        return fits(clean) ? clean : shortened(clean, "");
    }

    private static String withoutControls(String name) {
        return name.codePoints()
                .filter(FileLabel::isVisible)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Words of some scripts have joiners in them, and so have emoji (Unicode, section 23.2). */
    private static boolean isVisibleOrJoins(int codePoint) {
        return isVisible(codePoint) || codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER;
    }

    /** Format characters include the bidirectional controls that make {@code exe.txt} out of {@code txt.exe}. */
    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    /** Whether file systems take a name of this length. */
    static boolean fits(String name) {
        return bytes(name) <= MAX_BYTES;
    }

    /** A name that fits, with the mark before its extension. */
    static String shortened(String name, String mark) {
        String extension = extension(name);
        String stem = name.substring(0, name.length() - extension.length());
        return prefix(stem, MAX_BYTES - bytes(mark) - bytes(extension)) + mark + extension;
    }

    /** With its dot; empty if there is none or it is too long to be one. */
    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        String extension = dot > 0 ? name.substring(dot) : "";
        return bytes(extension) <= MAX_EXTENSION_BYTES ? extension : "";
    }

    private static String prefix(String text, int maxBytes) {
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            used += bytes(Character.toString(codePoint));
            if (used > maxBytes) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return text.substring(0, end);
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }
}
