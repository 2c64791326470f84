package org.pyexec.jobs;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;

/** A job in the list of jobs; it is entered before the program starts. Mutable state is guarded by {@link Jobs}. */
final class JobEntry {

    private final String id;
    private final Client client;
    private final Optional<IdempotencyKey> key;
    private final CompletableFuture<Optional<Job>> started = new CompletableFuture<>();
    private final Memory.Share share;

    // mutable state, guarded by the jobs
    private Optional<Job> job = Optional.empty(); // none before it has been started
    private @Nullable Instant expires; // none before its end

    JobEntry(String id, Client client, Optional<IdempotencyKey> key, Memory.Share share) {
        this.id = id;
        this.client = client;
        this.key = key;
        this.share = share;
    }

    String id() {
        return id;
    }

    Client client() {
        return client;
    }

    /** Under which it is found by requests that are the same. */
    Optional<OwnedKey> ownedKey() {
        return key.map(given -> new OwnedKey(client.name(), given.key()));
    }

    /** The key of one client: others may use the same word. */
    record OwnedKey(String client, String key) {}

    boolean isFor(IdempotencyKey other) {
        return key.equals(Optional.of(other));
    }

    /** Completed when the start is over, with the job, unless it was refused or could not be started. */
    CompletableFuture<Optional<Job>> started() {
        return started;
    }

    Optional<Job> job() {
        return job;
    }

    void keep(Job running) {
        job = Optional.of(running);
    }

    void endedAt(Instant expiry) {
        job.ifPresent(Job::settle);
        share.count(heldBytes());
        expires = expiry;
    }

    boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    long heldBytes() {
        return job.map(Job::heldBytes).orElse(0L);
    }

    void forget() {
        share.close();
    }
}
