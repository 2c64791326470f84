package org.pyexec.sandbox;

/**
 * A file that the program left and that is not handed out.
 *
 * @param filename relative path with {@code /} between folders
 * @param reason a few words, such as {@code larger than 20 MB}
 */
public record SkippedFile(String filename, String reason) {}
