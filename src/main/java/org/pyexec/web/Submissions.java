package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.BadRequest;
import org.pyexec.api.ErrorBody;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.execution.Executions;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;
import org.pyexec.execution.Transcript;
import org.pyexec.http.Prefers;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.IdempotencyKey;
import org.pyexec.jobs.JobView;
import org.pyexec.jobs.Jobs;
import org.pyexec.jobs.KeyReusedException;
import org.pyexec.jobs.Submission;
import org.pyexec.sandbox.Program;

/** Takes on programs for whose answer nobody waits: {@code Prefer: respond-async}. Safe for use by many threads. */
public final class Submissions {

    private static final int UNPROCESSABLE = 422;
    private static final int RETRY_SECONDS = 30;
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final Executions executions;
    private final Jobs jobs;
    private final Answers answers;
    private final ExecuteAnswers executeAnswers;

    public Submissions(Executions executions, Jobs jobs, Answers answers, ExecuteAnswers executeAnswers) {
        this.executions = executions;
        this.jobs = jobs;
        this.answers = answers;
        this.executeAnswers = executeAnswers;
    }

    /** How a job looks before its end. */
    record Accepted(String id, String status) {}

    /** A body that is being read, and what it was when it has been. */
    static DigestInputStream fingerprinted(InputStream body) {
        try {
            return new DigestInputStream(body, MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Starts the program, or finds that it has been.
     *
     * @param body has been read to its end
     * @throws BadRequest if the request's key is none
     */
    Response submit(
            Program program,
            ExecutionTarget target,
            AnswerTerms terms,
            DigestInputStream body,
            HttpServletRequest request) {
        Optional<IdempotencyKey> key = key(request.getHeader("Idempotency-Key"), body);
        try {
            Submission submission =
                    jobs.submit(RequestClient.of(request), key, () -> start(program, target, terms, request));
            if (submission instanceof Submission.Refused refused) {
                return executeAnswers
                        .to(refused.execution(), terms, RequestId.of(request))
                        .join();
            }
            return accepted(((Submission.Accepted) submission).job(), request);
        } catch (KeyReusedException e) {
            return error(request, UNPROCESSABLE, "Idempotency key reused", e);
        } catch (TooManyException e) {
            return Response.fromResponse(error(request, e.ofThisClient() ? 429 : 503, "Too many executions", e))
                    .header("Retry-After", RETRY_SECONDS)
                    .build();
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

    private Jobs.Started start(Program program, ExecutionTarget target, AnswerTerms terms, HttpServletRequest request) {
        StreamedExecution running = executions.run(
                program,
                target,
                jobs.admissionCheck(RequestClient.of(request)),
                RequestClient.of(request),
                new Transcript());
        CompletableFuture<byte[]> answer = running.execution().isRefused()
                ? new CompletableFuture<>()
                : executeAnswers
                        .to(running.execution(), terms, RequestId.of(request))
                        .thenApply(response -> (byte[]) response.getEntity());
        return new Jobs.Started(running, answer);
    }

    /** A status that is preferred for a failed program is that of no answer here. */
    private Response accepted(JobView job, HttpServletRequest request) {
        return Response.fromResponse(
                        answers.json(202, new Accepted(job.id(), job.status().word())))
                .header("Location", request.getContextPath() + "/executions/" + job.id())
                .header("Preference-Applied", Prefers.RESPOND_ASYNC)
                .build();
    }

    private Response error(HttpServletRequest request, int status, String error, Exception why) {
        ErrorBody body = answers.error(request, error, String.valueOf(why.getMessage()));
        return answers.json(status, body.failed());
    }
}
