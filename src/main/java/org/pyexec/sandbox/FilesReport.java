package org.pyexec.sandbox;

import java.time.Instant;
import java.util.List;

/**
 * The result of a {@link FileOrder}.
 *
 * @param sentence why it was not carried out; empty if it was
 * @param files the one that was put, or those that are there, sorted by name: regular files with one name
 * @param cut whether there are more
 * @param skippedFiles at most 100 that are there and are not handed out, sorted by name
 * @param skippedFileCount how many those are in all
 */
public record FilesReport(
        Outcome outcome,
        String sentence,
        List<Entry> files,
        boolean cut,
        List<SkippedFile> skippedFiles,
        int skippedFileCount) {

    /** How an order ended. */
    public enum Outcome {
        CREATED,
        REPLACED,
        READ,
        REMOVED,
        LISTED,
        /** There is no such file. */
        MISSING,
        /** No file has such a path. */
        INVALID,
        /** Something else is there. */
        CONFLICT,
        /** There is no room for it. */
        FULL
    }

    /**
     * A file.
     *
     * @param path as answers show it
     * @param size in bytes
     * @param modified when its content was changed last, as far as a program has not set that
     */
    public record Entry(String path, long size, Instant modified) {}

    public FilesReport {
        files = List.copyOf(files);
        skippedFiles = List.copyOf(skippedFiles);
    }
}
