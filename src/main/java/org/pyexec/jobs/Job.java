package org.pyexec.jobs;

import java.util.concurrent.CompletableFuture;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.Transcript;

/**
 * A program that was taken on without anybody waiting for it.
 *
 * @param id random, the only key to it
 * @param client who asked for it
 * @param running the program
 * @param answer the JSON that a client who had waited would have got; it comes whatever becomes of the program
 */
public record Job(String id, String client, StreamedExecution running, CompletableFuture<byte[]> answer) {

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

    public Status status() {
        if (answer.isDone()) {
            return Status.FINISHED;
        }
        return running.execution().isQueued() ? Status.QUEUED : Status.RUNNING;
    }

    /** Ends it, unless it has ended. Returns at once; the answer follows. */
    public void cancel() {
        running.execution().cancel();
    }

    Transcript transcript() {
        return running.transcript();
    }
}
