package org.pyexec.files;

import java.time.Duration;

/**
 * For how long files are kept and how much of them.
 *
 * @param timeToLive from the end of a file's writing to its expiry
 * @param maxBytes bound on the content of all files together, those being written included
 * @param maxBytesPerClient bound on the content of one client's files together
 */
public record FileStoreSettings(Duration timeToLive, long maxBytes, long maxBytesPerClient) {

    private static final Duration LONGEST = Duration.ofDays(36_500);

    public FileStoreSettings {
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new IllegalArgumentException("time to live is not positive: " + timeToLive);
        }
        if (timeToLive.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("time to live is longer than a century: " + timeToLive);
        }
        if (maxBytes <= 0 || maxBytesPerClient <= 0) {
            throw new IllegalArgumentException("maximum of bytes is not positive: " + maxBytes);
        }
    }
}
