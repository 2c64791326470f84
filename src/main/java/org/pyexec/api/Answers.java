package org.pyexec.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.function.UnaryOperator;

/** Makes the API's answers. Safe for use by many threads. */
public final class Answers {

    private final ObjectMapper mapper;
    private final Clock clock;

    /**
     * @param mapper for what is written and, with its limits, for what is read
     */
    public Answers(ObjectMapper mapper, Clock clock) {
        this.mapper = mapper;
        this.clock = clock;
    }

    public ObjectMapper mapper() {
        return mapper;
    }

    /** The time, as answers show it. */
    public String now() {
        return Json.time(clock.instant());
    }

    /** An answer with a value in JSON, not to be kept by caches. */
    public Answer json(int status, Object value) {
        return Answer.json(status, Json.bytes(mapper, value));
    }

    /** The JSON of a refusal. */
    public ErrorBody body(Refused refused, String requestId) {
        return refused.body(requestId, clock.instant());
    }

    /** A refusal. */
    public Answer refusal(Refused refused, String requestId) {
        return refusal(refused, requestId, UnaryOperator.identity());
    }

    /** A refusal of an execution, which says {@code success: false}. */
    public Answer failure(Refused refused, String requestId) {
        return refusal(refused, requestId, ErrorBody::failed);
    }

    private Answer refusal(Refused refused, String requestId, UnaryOperator<ErrorBody> form) {
        Answer answer = json(refused.status(), form.apply(body(refused, requestId)));
        return refused.retrySeconds() == Refused.NEVER
                ? answer
                : answer.with("Retry-After", Integer.toString(refused.retrySeconds()));
    }
}
