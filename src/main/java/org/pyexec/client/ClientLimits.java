package org.pyexec.client;

/**
 * Limits of one client, besides those that an administrator sets.
 *
 * @param jobs asynchronous executions, finished ones that are kept included
 * @param replies threads that write answers to it
 * @param streams threads that write event streams to it
 * @param waitingReplies answers that wait for such a thread, before further ones are refused
 * @param share one part in so many of what all clients have together: memory, kept output, unread replies
 */
public record ClientLimits(int jobs, Writers replies, Writers streams, int waitingReplies, int share) {

    /** The limits of every client. */
    public static final ClientLimits USUAL = new ClientLimits(100, new Writers(48, 8), new Writers(32, 0), 64, 2);

    public ClientLimits {
        if (share < 1) {
            throw new IllegalArgumentException("a client has a part of the whole at most: " + share);
        }
    }

    /**
     * Threads that write to one client.
     *
     * @param max how many at once
     * @param maxForSmall so many are had for small answers, where the server has threads left for those only
     */
    public record Writers(int max, int maxForSmall) {}

    /** Its part of something that all clients share. */
    public long shareOf(long whole) {
        return whole / share;
    }
}
