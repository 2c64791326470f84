package org.pyexec.web;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.pyexec.api.ErrorBody;

/** What a client learns of a fault of ours; the log learns all of it. Safe for use by many threads. */
public final class InternalErrors {

    private static final Logger LOG = System.getLogger(InternalErrors.class.getName());

    private final Answers answers;
    private final boolean development;

    /**
     * @param development whether the client also sees the message of an internal error
     */
    public InternalErrors(Answers answers, boolean development) {
        this.answers = answers;
        this.development = development;
    }

    /** Logs the fault under the request's id. */
    ErrorBody of(Throwable failure, String requestId) {
        LOG.log(Level.ERROR, "request_id=%s event=internal_error".formatted(requestId), failure);
        String message = development
                ? String.valueOf(failure)
                : "Something went wrong on the server; the request id helps its operator to find out what.";
        return ErrorBody.of(
                "Internal server error", message, requestId, answers.clock().instant());
    }
}
