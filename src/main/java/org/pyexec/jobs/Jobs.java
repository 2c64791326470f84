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
import org.pyexec.client.Client;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;
import org.pyexec.memory.Memory;

/**
 * The jobs of this server, in memory; the door of this room. Safe for use by many threads.
 *
 * <p>Jobs are handed out as values. Operations on a job take its id.
 */
public final class Jobs {

    private final JobSettings settings;
    private final JobBounds bounds;
    private final Memory memory;
    private final Clock clock;

    // mutable state, guarded by this
    private final Map<String, JobEntry> byId = new LinkedHashMap<>();
    private final Map<JobEntry.OwnedKey, JobEntry> byKey = new HashMap<>();

    /** A program that has been started, and its answer. */
    public record Started(StreamedExecution running, CompletableFuture<byte[]> answer) {}

    /**
     * @param memory where what is kept is counted with everything else
     */
    public Jobs(JobSettings settings, Memory memory, Clock clock) {
        this.settings = settings;
        this.bounds = new JobBounds(settings);
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * A new job; or the one that came with the same key and the same body before. Where that one is just being started, waits
     * until it has been.
     *
     * @param start starts the program and returns at once; not called when there is such a job
     * @throws TooManyException if there are too many; nothing was started
     * @throws KeyReusedException if the key came with another body; nothing was started
     */
    public Submission submit(Client client, Optional<IdempotencyKey> key, Supplier<Started> start)
            throws TooManyException, KeyReusedException {
        JobEntry fresh = new JobEntry(UUID.randomUUID().toString(), client, key, memory.share(client));
        while (true) {
            Optional<JobEntry> known = reserve(fresh, key);
            if (known.isEmpty()) {
                return start(fresh, start);
            }
            Optional<Job> same = known.get().started().join();
            if (same.isPresent()) {
                return new Submission.Accepted(same.get().view());
            }
            // That one was refused: this request has its own try.
        }
    }

    /** Keeps a place for a job that will be started; or returns the one that came with the same key. */
    private synchronized Optional<JobEntry> reserve(JobEntry fresh, Optional<IdempotencyKey> key)
            throws TooManyException, KeyReusedException {
        sweep();
        Optional<JobEntry> known = fresh.ownedKey().map(byKey::get);
        if (known.isPresent()) {
            if (!known.get().isFor(key.orElseThrow())) {
                throw new KeyReusedException();
            }
            return known;
        }
        bounds.checkRoom(fresh.client(), byId.values());
        byId.put(fresh.id(), fresh);
        fresh.ownedKey().ifPresent(owned -> byKey.put(owned, fresh));
        return Optional.empty();
    }

    /** Without the lock: a program that can begin at once begins here. */
    private Submission start(JobEntry entry, Supplier<Started> start) {
        Optional<Job> kept = Optional.empty();
        try {
            Started started = start.get();
            if (started.running().execution().isRefused()) {
                return new Submission.Refused(started.running().execution());
            }
            Job job = new Job(entry.id(), entry.client().name(), started.running(), started.answer());
            keep(entry, job);
            kept = Optional.of(job);
            return new Submission.Accepted(job.view());
        } finally {
            if (kept.isEmpty()) {
                giveUp(entry);
            }
            entry.started().complete(kept);
        }
    }

    private void keep(JobEntry entry, Job job) {
        synchronized (this) {
            entry.keep(job);
        }
        CompletionStage<byte[]> unused = job.answer().whenComplete((answer, failure) -> ended(entry));
    }

    private synchronized void giveUp(JobEntry entry) {
        byId.remove(entry.id());
        forget(entry);
    }

    private synchronized void ended(JobEntry entry) {
        entry.endedAt(clock.instant().plus(settings.timeToLive()));
    }

    /** For the programs of a client's jobs: one does not begin while there is no room for what will be kept of it. */
    public AdmissionCheck admissionCheck(Client client) {
        return () -> {
            try {
                checkMemoryNow(client);
            } catch (TooManyException e) {
                throw new RefusedException(Refusal.BUSY, String.valueOf(e.getMessage()), e);
            }
        };
    }

    private synchronized void checkMemoryNow(Client client) throws TooManyException {
        sweep();
        bounds.checkMemory(client, byId.values());
    }

    /** How the job of this id is; empty if there is none, or none any more. */
    public Optional<JobView> find(String id) {
        return job(id).map(Job::view);
    }

    /** Ends the job of this id, unless it has ended; completed with how it is at its end. Empty if there is none. */
    public Optional<CompletableFuture<JobView>> cancel(String id) {
        Optional<Job> job = job(id);
        job.ifPresent(Job::cancel);
        return job.map(found -> found.answer().thenApply(answer -> found.view()));
    }

    /**
     * What the job of this id prints, and its answer; empty if there is none.
     *
     * @param position where to begin: 0, or the end of a piece
     */
    public Optional<JobFeed> follow(String id, int position) {
        return job(id).map(job -> job.follow(position));
    }

    private synchronized Optional<Job> job(String id) {
        return Optional.ofNullable(byId.get(id))
                .filter(entry -> !entry.isExpired(clock.instant()))
                .flatMap(JobEntry::job);
    }

    /** Forgets those whose time is over. */
    public synchronized void sweep() {
        Instant now = clock.instant();
        for (Iterator<JobEntry> entries = byId.values().iterator(); entries.hasNext(); ) {
            JobEntry entry = entries.next();
            if (entry.isExpired(now)) {
                entries.remove();
                forget(entry);
            }
        }
    }

    private void forget(JobEntry entry) {
        entry.forget();
        entry.ownedKey().ifPresent(owned -> byKey.remove(owned, entry));
    }
}
