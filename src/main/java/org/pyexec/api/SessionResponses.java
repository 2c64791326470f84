package org.pyexec.api;

import java.util.List;
import org.pyexec.execution.TooManyException;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sessions.SessionView;

/** Answers about sessions. Safe for use by many threads. */
public final class SessionResponses {

    private final Answers answers;

    public SessionResponses(Answers answers) {
        this.answers = answers;
    }

    record State(String sessionId, String status, int waiting, String created, String expires, boolean allowNetwork) {

        static State of(SessionView session) {
            return new State(
                    session.id(),
                    session.running() ? "running" : "idle",
                    session.waiting(),
                    Json.time(session.created()),
                    Json.time(session.expires()),
                    session.terms().network());
        }
    }

    record Interrupted(String sessionId, boolean interrupted) {}

    record Ended(String sessionId, String status) {

        static Ended of(String id) {
            return new Ended(id, "ended");
        }
    }

    record Listed<T>(List<T> sessions) {}

    /**
     * It has been opened.
     *
     * @param base path of the application, before its routes
     */
    public Answer opened(SessionView session, String base) {
        return answers.json(201, State.of(session)).with("Location", base + Route.SESSION.with(session.id()));
    }

    /** How it is. */
    public Answer state(SessionView session) {
        return answers.json(200, State.of(session));
    }

    /** It has ended. */
    public Answer ended(String id) {
        return answers.json(200, Ended.of(id));
    }

    /**
     * It has been interrupted.
     *
     * @param ran whether anything ran in it
     */
    public Answer interrupted(String id, boolean ran) {
        return answers.json(200, new Interrupted(id, ran));
    }

    /** How they are. */
    public Answer states(List<SessionView> sessions) {
        return answers.json(200, new Listed<>(sessions.stream().map(State::of).toList()));
    }

    /** They have ended. */
    public Answer allEnded(List<String> ids) {
        return answers.json(200, new Listed<>(ids.stream().map(Ended::of).toList()));
    }

    /** There are too many. */
    public Answer tooMany(TooManyException why, String requestId) {
        Refusals row = why.ofThisClient() ? Refusals.TOO_MANY_SESSIONS_OF_CLIENT : Refusals.TOO_MANY_SESSIONS;
        return answers.refusal(row.because(why), requestId);
    }

    /** There is no sandbox for it. */
    public Answer noSandbox(SandboxUnavailableException why, String requestId) {
        return answers.refusal(Refusals.NO_SANDBOX_FOR_SESSION.because(why), requestId);
    }
}
