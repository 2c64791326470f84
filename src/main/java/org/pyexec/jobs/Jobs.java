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
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;

/** The jobs of this server, in memory; the door of this room. Safe for use by many threads. */
public final class Jobs {

    private final JobSettings settings;
    private final Clock clock;

    // mutable state, guarded by this
    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private final Map<ClientKey, Entry> byKey = new HashMap<>();

    private record ClientKey(String client, String key) {}

    private static final class Entry {

        private final Job job;
        private final @Nullable ClientKey key;
        private final String fingerprint;
        private @Nullable Instant expires; // none before its end

        Entry(Job job, @Nullable ClientKey key, String fingerprint) {
            this.job = job;
            this.key = key;
            this.fingerprint = fingerprint;
        }
    }

    /** A program that has been started, and its answer. */
    public record Started(StreamedExecution running, CompletableFuture<byte[]> answer) {}

    public Jobs(JobSettings settings, Clock clock) {
        this.settings = settings;
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
        if (!job.running().execution().isRefused()) {
            keep(new Entry(job, clientKey, fingerprint));
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
        long characters = byId.values().stream()
                .mapToLong(entry -> entry.job.transcript().length())
                .sum();
        if (byId.size() >= settings.maxTotal() || characters >= settings.maxCharacters()) {
            throw new TooManyException("This server keeps no more executions at the moment.", false);
        }
    }

    private void keep(Entry entry) {
        byId.put(entry.job.id(), entry);
        if (entry.key != null) {
            byKey.put(entry.key, entry);
        }
        CompletionStage<byte[]> unused = entry.job.answer().whenComplete((answer, failure) -> ended(entry));
    }

    private synchronized void ended(Entry entry) {
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
