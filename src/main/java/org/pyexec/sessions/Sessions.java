package org.pyexec.sessions;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pyexec.client.Client;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.execution.TooManyException;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;

/**
 * The sessions of this server; the door of this room. Safe for use by many threads.
 *
 * <p>Sessions are handed out as values. Operations on a session take its id.
 */
public final class Sessions implements AutoCloseable {

    private static final int MAX_REMEMBERED = 10_000;
    private static final String FORGOTTEN = "The server was restarted since, or it ended long ago";
    private static final String DELETED = "It was deleted";
    static final String UNKNOWN = "There is no session of this id.";

    private final SessionSettings settings;
    private final Sandbox sandbox;
    private final Clock clock;
    private final SessionIds ids;

    // mutable state, guarded by this
    private final Map<String, LiveSession> live = new LinkedHashMap<>();
    private final Map<String, Integer> opening = new HashMap<>(); // by client
    private final Map<String, String> reasons = new LinkedHashMap<>(); // of those that have ended, by id

    /**
     * @param keys a folder, private to this server, whose content stays
     */
    public Sessions(SessionSettings settings, Sandbox sandbox, Path keys, Clock clock) throws IOException {
        this.settings = settings;
        this.sandbox = sandbox;
        this.clock = clock;
        this.ids = SessionIds.in(keys);
    }

    /**
     * Opens a session; waits for its interpreter.
     *
     * @param idle how long it is kept while nothing runs in it, if that is less than what the server's settings say
     * @throws TooManyException if there are too many; nothing was opened
     * @throws SandboxUnavailableException if isolation or the interpreter can't be had at the moment
     */
    public SessionView open(Client client, SessionTerms terms, Optional<Duration> idle)
            throws TooManyException, SandboxUnavailableException {
        sweep();
        reserve(client);
        try {
            Duration kept =
                    idle.filter(wished -> wished.compareTo(settings.idle()) < 0).orElse(settings.idle());
            LiveSession session =
                    new LiveSession(ids.next(), client.name(), terms, sandbox.openSession(terms), kept, clock);
            synchronized (this) {
                live.put(session.id(), session);
            }
            return session.view();
        } finally {
            release(client);
        }
    }

    private synchronized void reserve(Client client) throws TooManyException {
        int all = live.size()
                + opening.values().stream().mapToInt(Integer::intValue).sum();
        long own = live.values().stream()
                        .filter(session -> client.owns(session.client()))
                        .count()
                + opening.getOrDefault(client.name(), 0);
        if (own >= settings.maxPerClient()) {
            throw new TooManyException(
                    "This client has %d sessions open; delete one, or wait until one ends.".formatted(own), true);
        }
        if (all >= settings.maxTotal()) {
            throw new TooManyException("This server has %d sessions open, and no room for more.".formatted(all), false);
        }
        opening.merge(client.name(), 1, Integer::sum);
    }

    private synchronized void release(Client client) {
        opening.computeIfPresent(client.name(), (name, count) -> count > 1 ? count - 1 : null);
    }

    /**
     * How the session of this id is; empty if there never was one.
     *
     * @throws SessionExpiredException if it has ended
     */
    public Optional<SessionView> find(String id) throws SessionExpiredException {
        return live(id).map(LiveSession::view);
    }

    Optional<LiveSession> live(String id) throws SessionExpiredException {
        LiveSession session;
        String reason;
        synchronized (this) {
            session = live.get(id);
            reason = reasons.get(id);
        }
        if (session != null) {
            Optional<String> ended = session.ended();
            if (ended.isEmpty()) {
                return Optional.of(session);
            }
            reason = forget(session, ended.get());
        }
        if (reason == null && !ids.isOurs(id)) {
            return Optional.empty();
        }
        throw new SessionExpiredException(id, reason == null ? FORGOTTEN : reason);
    }

    /**
     * Interrupts what runs in the session of this id, and tells whether something did; empty if there never was such a session.
     * What does not stop soon is ended, and the session with it.
     *
     * @throws SessionExpiredException if it has ended
     */
    public Optional<Boolean> interrupt(String id) throws SessionExpiredException {
        return live(id).map(LiveSession::interrupt);
    }

    /** Those that a client has open, in the order in which they were opened. */
    public List<SessionView> of(Client client) {
        return liveOf(client).stream().map(LiveSession::view).toList();
    }

    private List<LiveSession> liveOf(Client client) {
        sweep();
        synchronized (this) {
            return live.values().stream()
                    .filter(session -> client.owns(session.client()))
                    .toList();
        }
    }

    /**
     * The session of this id as a target; what is wrong with it is said when a lease is asked for.
     *
     * @param network whether the program asks for the network
     */
    public ExecutionTarget target(String id, boolean network) {
        return new ExecutionTarget() {
            @Override
            public CompletableFuture<TargetLease> lease() {
                try {
                    return leaseIn(live(id), network);
                } catch (SessionExpiredException e) {
                    return CompletableFuture.failedFuture(e);
                }
            }

            @Override
            public RunReport.Session untouched() {
                return RunReport.Session.OPEN;
            }
        };
    }

    private static CompletableFuture<TargetLease> leaseIn(Optional<LiveSession> session, boolean network) {
        if (session.isEmpty()) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.UNKNOWN_SESSION, UNKNOWN));
        }
        if (network && !session.get().terms().network()) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.SESSION_WITHOUT_NETWORK,
                    "This session has no network access: that is asked for when a session is opened."));
        }
        return session.get().lease();
    }

    /**
     * Ends the session of this id: a program that runs in it is told of, and those that wait are refused. Whether there ever was
     * such a session.
     *
     * @throws SessionExpiredException if it has ended already
     */
    public boolean delete(String id) throws SessionExpiredException {
        Optional<LiveSession> session = live(id);
        session.ifPresent(this::delete);
        return session.isPresent();
    }

    /** Ends all that a client has open, and returns their ids. */
    public List<String> deleteAllOf(Client client) {
        List<LiveSession> own = liveOf(client);
        own.forEach(this::delete);
        return own.stream().map(LiveSession::id).toList();
    }

    private void delete(LiveSession session) {
        session.end(DELETED);
        forget(session, DELETED);
    }

    /** Ends those whose time is over, and makes room where one has ended by itself. */
    public void sweep() {
        List<LiveSession> all;
        synchronized (this) {
            all = List.copyOf(live.values());
        }
        for (LiveSession session : all) {
            session.ended().ifPresent(reason -> forget(session, reason));
        }
    }

    /** What is kept of it is the reason of its end. */
    private synchronized String forget(LiveSession session, String reason) {
        if (live.remove(session.id(), session)) {
            reasons.put(session.id(), reason);
            if (reasons.size() > MAX_REMEMBERED) {
                reasons.remove(reasons.keySet().iterator().next());
            }
        }
        return reasons.getOrDefault(session.id(), reason);
    }

    /** How many there are. */
    public synchronized int count() {
        return live.size();
    }

    /** Ends all; when the sandbox has been closed nothing is told to their programs any more. */
    @Override
    public void close() {
        List<LiveSession> all;
        synchronized (this) {
            all = List.copyOf(live.values());
        }
        all.forEach(this::delete);
    }
}
