package org.pyexec.jobs;

import java.time.Duration;

/**
 * Limits of how many jobs are kept, and how long. A client that has no job, or very small ones, may exceed the limits for
 * all clients by half.
 *
 * @param timeToLive from the end of a program on
 * @param maxTotal of all clients, finished ones included; one client has what its limits say
 * @param maxBytes of output and answers of all together, about; one client has its part of it. Above it no further one is taken on
 *     or begun
 */
public record JobSettings(Duration timeToLive, int maxTotal, long maxBytes) {

    private static final long USUAL_BYTES = 64L << 20;

    /**
     * With the usual bounds.
     *
     * @param mostBytes that may be kept where that is less than usual
     */
    public static JobSettings keptFor(Duration timeToLive, long mostBytes) {
        return new JobSettings(timeToLive, 1000, Math.min(USUAL_BYTES, mostBytes));
    }
}
