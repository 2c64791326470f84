package org.pyexec.files.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells a full disk from its other failures. */
final class DiskFull {

    /** A write of this size, the largest that we do, must fit if the disk is not full. */
    private static final long ONE_WRITE_BYTES = 64 * 1024;

    private DiskFull() {}

    /** Whether writing into the folder failed because disk, inodes or quota are used up. */
    static boolean caused(IOException failure, Path folder) {
        return saysSo(failure.getMessage()) || nothingIsLeft(folder);
    }

    /** Java has no type for ENOSPC and EDQUOT, only the C library's message. */
    static boolean saysSo(@Nullable String message) {
        return message != null
                && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
    }

    /** The message may be in another language, so look at the disk too. */
    private static boolean nothingIsLeft(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace() < ONE_WRITE_BYTES;
        } catch (IOException e) {
            return false;
        }
    }
}
