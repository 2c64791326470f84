package org.pyexec.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.pyexec.execution.TooManyException;
import org.pyexec.jobs.JobView;
import org.pyexec.jobs.KeyReusedException;

/** Answers about asynchronous executions. Safe for use by many threads. */
public final class JobResponses {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = ",\"answer\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "}".getBytes(StandardCharsets.US_ASCII);

    private final Answers answers;

    public JobResponses(Answers answers) {
        this.answers = answers;
    }

    /** How a job is, before {@code answer}. */
    @JsonPropertyOrder({"id", "status"})
    record State(String id, String status) {

        static State of(JobView job) {
            return new State(job.id(), job.status().word());
        }
    }

    /**
     * It has been taken on.
     *
     * @param base path of the application, before its routes
     */
    public Answer accepted(JobView job, String base) {
        return answers.json(202, State.of(job))
                .with("Location", base + Route.EXECUTION.with(job.id()))
                .with("Preference-Applied", "respond-async");
    }

    /** Its state with its answer, which may be large and is therefore not copied for each of many readers. */
    public Answer state(JobView job) {
        byte[] made = job.answer().orElse(NULL);
        byte[] state = answers.json(200, State.of(job)).bytes();
        return Answer.json(200, Arrays.copyOf(state, state.length - END.length), ANSWER, made, END);
    }

    /** Its key came with another body before. */
    public Answer keyReused(KeyReusedException why, String requestId) {
        return answers.failure(Refusals.IDEMPOTENCY_KEY_REUSED.because(why), requestId);
    }

    /** There are too many. */
    public Answer tooMany(TooManyException why, String requestId) {
        Refusals row = why.ofThisClient() ? Refusals.TOO_MANY_EXECUTIONS_OF_CLIENT : Refusals.TOO_MANY_EXECUTIONS;
        return answers.failure(row.because(why), requestId);
    }
}
