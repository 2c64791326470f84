package org.pyexec.delivery;

import java.util.HashMap;
import java.util.Map;
import org.pyexec.api.Answer;
import org.pyexec.client.Client;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.memory.Memory;

/**
 * Counts the answers that are in memory because their clients have not read them yet. No further program starts for a client
 * that has too many of these bytes. Safe for use by many threads.
 */
public final class UnreadReplyBudget {

    private static final int HELD_PER_BYTE_OF_STREAM = 4; // the outcome's text and the transcript

    private final long maxBytes;
    private final Memory memory;

    // mutable state, guarded by this
    private final Map<String, Long> byClient = new HashMap<>();
    private long all;

    /**
     * @param maxBytes of all clients together, roughly; one client may have its share of it, and clients that have nothing yet share
     *     half as much again
     * @param memory where they are counted with everything else
     */
    public UnreadReplyBudget(long maxBytes, Memory memory) {
        this.maxBytes = maxBytes;
        this.memory = memory;
    }

    /** The check before a program of this client starts. */
    public AdmissionCheck admissionCheck(Client client) {
        return () -> check(client);
    }

    private synchronized void check(Client client) throws RefusedException {
        long own = byClient.getOrDefault(client.name(), 0L);
        if (own >= client.limits().shareOf(maxBytes)) {
            throw new RefusedException(
                    Refusal.BUSY, "Answers of %d MB wait for this client to read them.".formatted(own >> 20));
        }
        // A client that has nothing unread did not fill the budget.
        if (all >= maxBytes + (own == 0 ? maxBytes / 2 : 0)) {
            throw new RefusedException(Refusal.BUSY, "Too many answers wait for their clients to read them.");
        }
    }

    private synchronized void add(Client client, long bytes) {
        all += bytes;
        byClient.merge(client.name(), bytes, Long::sum);
        byClient.remove(client.name(), 0L);
    }

    /** An answer that will be made. */
    public UnreadReply expect(Client client) {
        return new UnreadReply(client);
    }

    /** One answer. */
    public final class UnreadReply {

        private final Client client;
        private final Memory.Share share;

        // mutable state, guarded by this
        private long bytes;
        private boolean over;

        private UnreadReply(Client client) {
            this.client = client;
            this.share = memory.share(client);
        }

        /** It has been made, and is in memory from now on. */
        public Answer count(Answer answer) {
            return count(answer, 1);
        }

        /** The same with what was printed, which the stream's reader may not have had yet. */
        public Answer countStream(Answer answer) {
            return count(answer, HELD_PER_BYTE_OF_STREAM);
        }

        private synchronized Answer count(Answer answer, int heldPerByte) {
            if (!over) {
                bytes = answer.length();
                add(client, bytes);
                share.count(heldPerByte * bytes);
            }
            return answer;
        }

        /** The client has it, or has gone. Idempotent. */
        public synchronized void release() {
            over = true;
            add(client, -bytes);
            share.close();
            bytes = 0;
        }
    }
}
