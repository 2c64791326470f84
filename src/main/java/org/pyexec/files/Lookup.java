package org.pyexec.files;

/** What the store knows about a token. */
public sealed interface Lookup {

    /** The file is there and may be downloaded. */
    record Found(HostedFile file) implements Lookup {}

    /** There was such a file and its time is over. */
    record Expired() implements Lookup {}

    /** No file of that token is known: there never was one, it was deleted, or it expired long ago. */
    record Unknown() implements Lookup {}

    /** Nobody can tell at the moment: the store cannot be reached. */
    record Unreachable() implements Lookup {}
}
