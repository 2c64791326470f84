package org.pyexec.files;

import java.time.Instant;

/**
 * A file that can be downloaded until it expires.
 *
 * @param token random UUID in lower case, the only key to the file
 * @param filename the label shown to people, never a path on this machine
 * @param size length of the content in bytes
 * @param expires the first instant at which it is gone, whole milliseconds
 * @param mimeType without parameters, such as {@code text/plain}
 * @param sha256 of the content, 64 hexadecimal digits in lower case
 * @param client whose share of the store it takes
 */
public record HostedFile(
        String token, String filename, long size, Instant expires, String mimeType, String sha256, String client) {

    public HostedFile {
        if (size < 0) {
            throw new IllegalArgumentException("size is negative: " + size);
        }
    }

    /** Whether its time is over at this instant. */
    public boolean expiredAt(Instant now) {
        return !now.isBefore(expires);
    }
}
