package org.pyexec.sandbox;

/** An operation on the files of a session, carried out between two programs. */
public sealed interface FileOrder {

    /** Writes a file, which replaces an existing one; missing folders are created. */
    record Put(FilePath path, InputFile.Content content) implements FileOrder {}

    /** Reads a file. */
    record Read(FilePath path) implements FileOrder {}

    /** Removes a file. */
    record Remove(FilePath path) implements FileOrder {}

    /** Lists the files. */
    record Listing() implements FileOrder {}
}
