package org.pyexec.jobs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Execution;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.Transcript;

/** An asynchronous execution: a program that runs while no client waits for its answer. Safe for use by many threads. */
final class Job {

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

    JobView view() {
        JobStatus status = status(); // first: an answer that comes after it does not count
        return new JobView(id, client, status, status == JobStatus.FINISHED ? made() : Optional.empty());
    }

    private JobStatus status() {
        if (answer.isDone()) {
            return JobStatus.FINISHED;
        }
        return execution().map(Execution::isQueued).orElse(false) ? JobStatus.QUEUED : JobStatus.RUNNING;
    }

    private Optional<byte[]> made() {
        return answer.isCompletedExceptionally() ? Optional.empty() : Optional.ofNullable(answer.getNow(null));
    }

    JobFeed follow(int position) {
        return new JobFeed(transcript.follow(position), answer, this::isRefused);
    }

    /** There whatever becomes of the program. */
    CompletableFuture<byte[]> answer() {
        return answer;
    }

    /** The program, until its end. */
    synchronized Optional<Execution> execution() {
        return Optional.ofNullable(execution);
    }

    private synchronized boolean isRefused() {
        return execution == null ? refused : execution.isRefused();
    }

    /** Ends it, unless it has ended. Returns at once; the answer follows. */
    void cancel() {
        execution().ifPresent(Execution::cancel);
    }

    /** Its answer is there. */
    synchronized void settle() {
        refused = isRefused();
        execution = null;
    }

    /** How much memory it takes, about. */
    long heldBytes() {
        return transcript.heldBytes() + made().map(bytes -> bytes.length).orElse(0);
    }
}
