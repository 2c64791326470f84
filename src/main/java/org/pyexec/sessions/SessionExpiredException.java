package org.pyexec.sessions;

import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;

/** A session has ended, for whatever reason; the message is that reason, a sentence for the client. */
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
