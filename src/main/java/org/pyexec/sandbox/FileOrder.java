package org.pyexec.sandbox;

/** What is to be done with the files of a session, between two programs. */
public sealed interface FileOrder {

    /** A file is to be there, in the place of one that is; folders that are missing are made. */
    record Put(FilePath path, InputFile.Content content) implements FileOrder {}

    /** A file is to be handed out. */
    record Read(FilePath path) implements FileOrder {}

    /** A file is to go. */
    record Remove(FilePath path) implements FileOrder {}

    /** The files are to be listed. */
    record Listing() implements FileOrder {}
}
