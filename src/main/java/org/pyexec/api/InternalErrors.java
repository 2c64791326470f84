package org.pyexec.api;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Reports faults of ours: the log gets all, the client as much as it may know. Safe for use by many threads.
 *
 * @param development whether the client also sees the message of an internal error
 */
public record InternalErrors(boolean development) {

    private static final Logger LOG = System.getLogger(InternalErrors.class.getName());

    /** Logs the fault under the request's id. */
    public Refused of(Throwable failure, String requestId) {
        LOG.log(Level.ERROR, "request_id=%s event=internal_error".formatted(requestId), failure);
        return Refusals.INTERNAL_ERROR.with(
                development
                        ? String.valueOf(failure)
                        : "Something went wrong on the server; the request id helps its operator to find out what.");
    }
}
