package org.pyexec.jobs;

import java.util.Collection;
import org.pyexec.client.Client;
import org.pyexec.execution.TooManyException;

/** Decides whether there is room for one more job. */
record JobBounds(JobSettings settings) {

    private static final int LITTLE_PART = 16;

    /** Also counts those that are being started. */
    void checkRoom(Client client, Collection<JobEntry> kept) throws TooManyException {
        long own = kept.stream()
                .filter(entry -> client.owns(entry.client().name()))
                .count();
        if (own >= client.limits().jobs()) {
            throw new TooManyException(
                    "This client has %d executions that are kept; the oldest are forgotten %d seconds after their end."
                            .formatted(own, settings.timeToLive().toSeconds()),
                    true);
        }
        if (kept.size() >= withReserve(settings.maxTotal(), own == 0)) {
            throw tooManyOfAll();
        }
        checkMemory(client, kept);
    }

    void checkMemory(Client client, Collection<JobEntry> kept) throws TooManyException {
        long own = 0;
        long all = 0;
        for (JobEntry entry : kept) {
            long held = entry.heldBytes();
            all += held;
            own += client.owns(entry.client().name()) ? held : 0;
        }
        if (own >= client.limits().shareOf(settings.maxBytes())) {
            throw new TooManyException(
                    "The output and answers of this client's executions that are kept take %d MB; they are forgotten %d seconds after their end."
                            .formatted(own >> 20, settings.timeToLive().toSeconds()),
                    true);
        }
        if (all >= withReserve(settings.maxBytes(), own < settings.maxBytes() / LITTLE_PART)) {
            throw tooManyOfAll();
        }
    }

    private static TooManyException tooManyOfAll() {
        return new TooManyException("This server keeps no more executions at the moment.", false);
    }

    /** Half as much again is for those who have next to nothing: they did not fill it. */
    private static long withReserve(long bound, boolean hasLittle) {
        return hasLittle ? bound + bound / 2 : bound;
    }
}
