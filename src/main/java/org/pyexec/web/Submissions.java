package org.pyexec.web;

import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Answer;
import org.pyexec.api.BadRequest;
import org.pyexec.api.ExecuteResponses;
import org.pyexec.api.JobResponses;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Executions;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;
import org.pyexec.execution.Transcript;
import org.pyexec.jobs.IdempotencyKey;
import org.pyexec.jobs.Jobs;
import org.pyexec.jobs.KeyReusedException;
import org.pyexec.jobs.Submission;

/**
 * Takes on programs whose answer the client does not wait for: {@code Prefer: respond-async}. Safe for use by many threads.
 */
public record Submissions(
        Executions executions, Jobs jobs, ExecuteResponses executeResponses, JobResponses jobResponses) {

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** A body that is being read; afterwards it knows the digest of what was read. */
    static DigestInputStream fingerprinted(InputStream body) {
        try {
            return new DigestInputStream(body, MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Starts the program, or finds the execution that came with the same key before.
     *
     * @param idempotencyKey as the request gives it, if it does
     * @param body has been read to its end
     * @param base path of the application, before its routes
     * @throws BadRequest if the key is malformed
     */
    Answer submit(ExecuteOrder order, @Nullable String idempotencyKey, DigestInputStream body, String base) {
        Optional<IdempotencyKey> key = key(idempotencyKey, body);
        try {
            Submission submission = jobs.submit(order.client(), key, () -> start(order));
            if (submission instanceof Submission.Refused refused) {
                return answer(refused.execution(), order).join();
            }
            return jobResponses.accepted(((Submission.Accepted) submission).job(), base);
        } catch (KeyReusedException e) {
            return jobResponses.keyReused(e, order.requestId());
        } catch (TooManyException e) {
            return jobResponses.tooMany(e, order.requestId());
        }
    }

    private static Optional<IdempotencyKey> key(@Nullable String key, DigestInputStream body) {
        if (key == null) {
            return Optional.empty();
        }
        if (!KEY.matcher(key).matches()) {
            throw new BadRequest(
                    "Invalid Idempotency-Key", "An Idempotency-Key has 1 to 255 visible ASCII characters.");
        }
        return Optional.of(new IdempotencyKey(
                key, HexFormat.of().formatHex(body.getMessageDigest().digest())));
    }

    private Jobs.Started start(ExecuteOrder order) {
        StreamedExecution running = executions.run(
                order.program(), order.target(), jobs.admissionCheck(order.client()), order.client(), new Transcript());
        Execution execution = running.execution();
        CompletableFuture<byte[]> answer = execution.isRefused()
                ? new CompletableFuture<>()
                : answer(execution, order).thenApply(Answer::bytes);
        return new Jobs.Started(running, answer);
    }

    private CompletableFuture<Answer> answer(Execution execution, ExecuteOrder order) {
        return executeResponses.to(execution, order.terms(), order.requestId());
    }
}
