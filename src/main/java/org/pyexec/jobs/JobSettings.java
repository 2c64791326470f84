package org.pyexec.jobs;

import java.time.Duration;

/**
 * How many jobs are kept, and how long.
 *
 * @param timeToLive from the end of a program on
 * @param maxPerClient of one client, finished ones included
 * @param maxTotal of all clients
 * @param maxCharacters of output of all together, above which no further one is taken on
 */
public record JobSettings(Duration timeToLive, int maxPerClient, int maxTotal, long maxCharacters) {

    /** With the usual bounds. */
    public static JobSettings keptFor(Duration timeToLive) {
        return new JobSettings(timeToLive, 100, 1000, 32L << 20);
    }
}
