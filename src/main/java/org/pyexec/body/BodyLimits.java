package org.pyexec.body;

import java.time.Duration;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.api.Route;

/**
 * Limits for the bodies of requests: how long they may be, and how long it may take to receive them.
 *
 * @param maxBodyBytes longest body of an ordinary request
 * @param maxUploadBytes longest file that is uploaded; its multipart wrapping comes on top
 * @param stall longest time without progress
 * @param drainBytes how much of a refused body is read, so that the client reads the answer
 * @param drain how long a refused body is read, if it comes slowly
 */
public record BodyLimits(long maxBodyBytes, long maxUploadBytes, Duration stall, long drainBytes, Duration drain) {

    /** How many bodies of the greatest length the disk is to hold. */
    private static final int BODIES_ON_DISK = 32;

    /** A refused body that comes at least this fast is read to its end, or up to {@code drainBytes}. */
    private static final long DRAINED_BYTES_PER_SECOND = 256 << 10;

    private static final long MULTIPART_WRAPPING_BYTES = 64 << 10;

    /** Limits with the times and the draining that the API promises. */
    public static BodyLimits of(long maxBodyBytes, long maxUploadBytes) {
        return new BodyLimits(maxBodyBytes, maxUploadBytes, Duration.ofSeconds(30), 64L << 20, Duration.ofSeconds(10));
    }

    /**
     * Whether enough of a refused body has been read. A connection that is closed while its client sends is reset, which takes the answer
     * from clients that send before they read (RFC 9112, section 9.6).
     *
     * @param elapsed since the body was refused
     * @param receivedBytes all that has come of it
     */
    boolean isDrained(Duration elapsed, long receivedBytes) {
        return receivedBytes > drainBytes
                || elapsed.compareTo(drain.plusSeconds(receivedBytes / DRAINED_BYTES_PER_SECOND)) > 0;
    }

    /** What all bodies together may take on the disk while they are received; one client's half of it. */
    long maxBytesOnDisk() {
        return BODIES_ON_DISK * Math.max(maxBodyBytes, forBody(Route.Body.FORM_WITH_FILE));
    }

    long forPath(String path) {
        return forBody(Route.bodyOf(path));
    }

    private long forBody(Route.Body body) {
        return switch (body) {
            case FORM_WITH_FILE -> maxUploadBytes + MULTIPART_WRAPPING_BYTES;
            case FILE -> maxUploadBytes;
            case NONE, ORDINARY -> maxBodyBytes;
        };
    }

    /** What a body that is longer is answered with. */
    Refused tooLarge(String path) {
        return Route.bodyOf(path).isUpload()
                ? Refusals.FILE_TOO_LARGE.with(maxUploadBytes)
                : Refusals.BODY_TOO_LARGE.with(maxBodyBytes);
    }
}
