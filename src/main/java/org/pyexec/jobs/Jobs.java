package org.pyexec.jobs;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;
import org.pyexec.memory.Memory;

/** The jobs of this server, in memory; the door of this room. Safe for use by many threads. */
public final class Jobs {

    private static final int LITTLE_PART = 16;

    private final JobSettings settings;
    private final Memory memory;
    private final Clock clock;

    // mutable state, guarded by this
    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private final Map<ClientKey, Entry> byKey = new HashMap<>();

    private record ClientKey(String client, String key) {}

    private static final class Entry {

        private final Job job;
        private final @Nullable ClientKey key;
        private final String fingerprint;
        private final Memory.Share share;
        private @Nullable Instant expires; // none before its end

        Entry(Job job, @Nullable ClientKey key, String fingerprint, Memory.Share share) {
            this.job = job;
            this.key = key;
            this.fingerprint = fingerprint;
            this.share = share;
        }
    }

    /** A program that has been started, and its answer. */
    public record Started(StreamedExecution running, CompletableFuture<byte[]> answer) {}

    /**
     * @param memory where what is kept is counted with everything else
     */
    public Jobs(JobSettings settings, Memory memory, Clock clock) {
        this.settings = settings;
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * A new job; or the one that came with the same key and the same body before.
     *
     * @param start starts the program and returns at once; not called when there is such a job
     * @throws TooManyException if there are too many; nothing was started
     * @throws KeyReusedException if the key came with another body; nothing was started
     */
    public synchronized Job submit(String client, Optional<IdempotencyKey> key, Supplier<Started> start)
            throws TooManyException, KeyReusedException {
        sweep();
        ClientKey clientKey =
                key.map(given -> new ClientKey(client, given.key())).orElse(null);
        String fingerprint = key.map(IdempotencyKey::fingerprint).orElse("");
        Entry known = clientKey == null ? null : byKey.get(clientKey);
        if (known != null) {
            if (!known.fingerprint.equals(fingerprint)) {
                throw new KeyReusedException();
            }
            return known.job;
        }
        checkRoom(client);
        Started started = start.get();
        Job job = new Job(UUID.randomUUID().toString(), client, started.running(), started.answer());
        if (!job.isRefused()) {
            keep(new Entry(job, clientKey, fingerprint, memory.share(client)));
        }
        return job;
    }

    private void checkRoom(String client) throws TooManyException {
        long own = byId.values().stream()
                .filter(entry -> entry.job.client().equals(client))
                .count();
        if (own >= settings.maxPerClient()) {
            throw new TooManyException(
                    "This client has %d executions that are kept; the oldest are forgotten %d seconds after their end."
                            .formatted(own, settings.timeToLive().toSeconds()),
                    true);
        }
        if (byId.size() >= withReserve(settings.maxTotal(), own == 0)) {
            throw new TooManyException("This server keeps no more executions at the moment.", false);
        }
        checkMemory(client);
    }

    private void checkMemory(String client) throws TooManyException {
        long own = 0;
        long all = 0;
        for (Entry entry : byId.values()) {
            long held = entry.job.heldBytes();
            all += held;
            own += entry.job.client().equals(client) ? held : 0;
        }
        if (own >= settings.maxBytes() / 2) {
            throw new TooManyException(
                    "The output and answers of this client's executions that are kept take %d MB; they are forgotten %d seconds after their end."
                            .formatted(own >> 20, settings.timeToLive().toSeconds()),
                    true);
        }
        if (all >= withReserve(settings.maxBytes(), own < settings.maxBytes() / LITTLE_PART)) {
            throw new TooManyException("This server keeps no more executions at the moment.", false);
        }
    }

    /** Half as much again is for those who have next to nothing: they did not fill it. */
    private static long withReserve(long bound, boolean hasLittle) {
        return hasLittle ? bound + bound / 2 : bound;
    }

    /** For the programs of a client's jobs: one does not begin while there is no room for what will be kept of it. */
    public AdmissionCheck admissionCheck(String client) {
        return () -> {
            try {
                checkMemoryNow(client);
            } catch (TooManyException e) {
                throw new RefusedException(Refusal.BUSY, String.valueOf(e.getMessage()), e);
            }
        };
    }

    private synchronized void checkMemoryNow(String client) throws TooManyException {
        sweep();
        checkMemory(client);
    }

    private void keep(Entry entry) {
        byId.put(entry.job.id(), entry);
        if (entry.key != null) {
            byKey.put(entry.key, entry);
        }
        CompletionStage<byte[]> unused = entry.job.answer().whenComplete((answer, failure) -> ended(entry));
    }

    private synchronized void ended(Entry entry) {
        entry.job.settle();
        entry.share.count(entry.job.heldBytes());
        entry.expires = clock.instant().plus(settings.timeToLive());
    }

    /** The job of this id; empty if there is none, or none any more. */
    public synchronized Optional<Job> find(String id) {
        return Optional.ofNullable(byId.get(id))
                .filter(entry -> !isExpired(entry, clock.instant()))
                .map(entry -> entry.job);
    }

    /** Forgets those whose time is over. */
    public synchronized void sweep() {
        Instant now = clock.instant();
        for (Iterator<Entry> entries = byId.values().iterator(); entries.hasNext(); ) {
            Entry entry = entries.next();
            if (isExpired(entry, now)) {
                entries.remove();
                entry.share.close();
                if (entry.key != null) {
                    byKey.remove(entry.key);
                }
            }
        }
    }

    private static boolean isExpired(Entry entry, Instant now) {
        return entry.expires != null && !now.isBefore(entry.expires);
    }
}
