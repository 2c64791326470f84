package org.pyexec.sessions;

import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;

/** A session has ended. The message gives the reason, as a sentence for the client. */
public final class SessionExpiredException extends RefusedException {

    private final String sessionId;

    SessionExpiredException(String sessionId, String reason) {
        super(Refusal.SESSION_ENDED, reason);
        this.sessionId = sessionId;
    }

    public String sessionId() {
        return sessionId;
    }
}
