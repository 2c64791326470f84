package org.pyexec.jobs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Execution;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.Transcript;

/** A program that was taken on without anybody waiting for it. Safe for use by many threads. */
public final class Job {

    private final String id;
    private final String client;
    private final Transcript transcript;
    private final CompletableFuture<byte[]> answer;

    // mutable state, guarded by this
    private @Nullable Execution execution; // until its end: what came of it is in the answer then
    private boolean refused;

    Job(String id, String client, StreamedExecution running, CompletableFuture<byte[]> answer) {
        this.id = id;
        this.client = client;
        this.transcript = running.transcript();
        this.answer = answer;
        this.execution = running.execution();
    }

    /** How far it is; {@link #word} is the name in answers. */
    public enum Status {
        QUEUED,
        RUNNING,
        FINISHED;

        /** The name in lower case. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Random, the only key to it. */
    public String id() {
        return id;
    }

    /** Who asked for it. */
    String client() {
        return client;
    }

    /** What it prints; ends when the answer is there. */
    public Transcript transcript() {
        return transcript;
    }

    /** The JSON that a client who had waited would have got; it comes whatever becomes of the program. */
    public CompletableFuture<byte[]> answer() {
        return answer;
    }

    /** The program, until its end. */
    public synchronized Optional<Execution> execution() {
        return Optional.ofNullable(execution);
    }

    /** Whether it is known that it was not run. */
    public synchronized boolean isRefused() {
        return execution == null ? refused : execution.isRefused();
    }

    public Status status() {
        if (answer.isDone()) {
            return Status.FINISHED;
        }
        return execution().map(Execution::isQueued).orElse(false) ? Status.QUEUED : Status.RUNNING;
    }

    /** Ends it, unless it has ended. Returns at once; the answer follows. */
    public void cancel() {
        execution().ifPresent(Execution::cancel);
    }

    /** Its answer is there. */
    synchronized void settle() {
        refused = isRefused();
        execution = null;
    }

    /** How much memory it takes, about. */
    long heldBytes() {
        byte[] made = answer.isCompletedExceptionally() ? null : answer.getNow(null);
        return transcript.heldBytes() + (made == null ? 0 : made.length);
    }
}
