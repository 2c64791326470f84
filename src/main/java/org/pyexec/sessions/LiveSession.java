package org.pyexec.sessions;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FileReceiver;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.InputGoneException;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SessionEndedException;
import org.pyexec.sandbox.SessionTerms;

/** One session: its programs run one at a time, in the order in which they came. Safe for use by many threads. */
final class LiveSession {

    private static final int MAX_WAITING = 32;

    private final String id;
    private final String client;
    private final SessionTerms terms;
    private final SandboxSession sandbox;
    private final Duration idle;
    private final Clock clock;
    private final Instant created;

    // mutable state, guarded by this
    private final Deque<CompletableFuture<TargetLease>> waiting = new ArrayDeque<>();
    private boolean taken;
    private Instant lastUsed;
    private @Nullable String reason; // once it is to end

    LiveSession(String id, String client, SessionTerms terms, SandboxSession sandbox, Duration idle, Clock clock) {
        this.id = id;
        this.client = client;
        this.terms = terms;
        this.sandbox = sandbox;
        this.idle = idle;
        this.clock = clock;
        this.created = clock.instant();
        this.lastUsed = created;
    }

    String id() {
        return id;
    }

    /** Name of the client who opened it. */
    String client() {
        return client;
    }

    SessionTerms terms() {
        return terms;
    }

    synchronized SessionView view() {
        return new SessionView(id, client, terms, created, expires(), taken, waiting.size());
    }

    /** When it will end if nothing more runs in it. */
    private synchronized Instant expires() {
        return (taken ? clock.instant() : lastUsed).plus(idle);
    }

    /** Interrupts the program that runs; whether one did. What does not stop soon is ended, and the session with it. */
    boolean interrupt() {
        return sandbox.interrupt();
    }

    /** Why it has ended, or is about to; empty while it can be used. */
    Optional<String> ended() {
        synchronized (this) {
            if (reason != null) {
                return Optional.of(reason);
            }
            if (!taken && !clock.instant().isBefore(expires())) {
                reason = "Nothing has run in it for %s seconds".formatted(seconds(idle));
                sandbox.close();
                return Optional.of(reason);
            }
        }
        Optional<String> ended = sandbox.ended();
        ended.ifPresent(why -> end(why, false));
        return ended;
    }

    /** As many digits as there are. */
    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** Ends it; a program that runs is told of, those that wait are refused. */
    void end(String why) {
        end(why, true);
    }

    /** Returns why it has ended: this, unless there was a reason before. */
    private String end(String why, boolean tellProgram) {
        String holds;
        boolean running;
        List<CompletableFuture<TargetLease>> refused;
        synchronized (this) {
            holds = reason == null ? why : reason;
            reason = holds;
            running = taken;
            refused = List.copyOf(waiting);
            waiting.clear();
        }
        refused.forEach(place -> place.completeExceptionally(new SessionExpiredException(id, why)));
        if (running && tellProgram) {
            sandbox.end();
        } else if (!running) {
            sandbox.close();
        }
        return holds;
    }

    /** The right to run the next program; {@link org.pyexec.execution.ExecutionTarget#lease} has its terms. */
    CompletableFuture<TargetLease> lease() {
        Optional<String> ended = ended();
        if (ended.isPresent()) {
            return CompletableFuture.failedFuture(new SessionExpiredException(id, ended.get()));
        }
        CompletableFuture<TargetLease> place = new CompletableFuture<>();
        synchronized (this) {
            if (!taken) {
                taken = true;
                return CompletableFuture.completedFuture(new ProgramLease());
            }
            if (waiting.size() >= MAX_WAITING) {
                return CompletableFuture.failedFuture(new RefusedException(
                        Refusal.BUSY, "%d programs wait in this session already.".formatted(MAX_WAITING)));
            }
            waiting.addLast(place);
        }
        CompletionStage<TargetLease> unused = place.whenComplete((lease, failure) -> {
            if (failure != null) {
                leave(place);
            }
        });
        return place;
    }

    private synchronized void leave(CompletableFuture<TargetLease> place) {
        waiting.removeIf(other -> other == place);
    }

    /** The next in line has its lease, unless it does not wait any more. */
    private void passOn() {
        CompletableFuture<TargetLease> next;
        do {
            synchronized (this) {
                lastUsed = clock.instant();
                next = waiting.pollFirst();
                taken = next != null;
            }
        } while (next != null && !next.complete(new ProgramLease()));
        if (next == null && ended().isPresent()) {
            sandbox.close();
        }
    }

    /** Whoever calls it has the lease. */
    FilesReport carryOut(FileOrder order, FileReceiver receiver) throws SessionExpiredException, InputGoneException {
        checkOpen();
        try {
            return sandbox.files(order, receiver);
        } catch (SessionEndedException e) {
            throw expired(e);
        }
    }

    private void checkOpen() throws SessionExpiredException {
        Optional<String> ended;
        synchronized (this) {
            ended = Optional.ofNullable(reason);
        }
        if (ended.isPresent()) {
            throw new SessionExpiredException(id, ended.get());
        }
    }

    private SessionExpiredException expired(SessionEndedException e) {
        return new SessionExpiredException(id, end(String.valueOf(e.getMessage()), false));
    }

    private final class ProgramLease implements TargetLease {

        private boolean open = true; // guarded by the session

        @Override
        public SandboxRun open(Program program) throws RefusedException, InputGoneException {
            checkOpen();
            try {
                return sandbox.run(program);
            } catch (SessionEndedException e) {
                throw expired(e);
            }
        }

        @Override
        public void close() {
            synchronized (LiveSession.this) {
                if (!open) {
                    return;
                }
                open = false;
            }
            passOn();
        }
    }
}
