package org.pyexec.web;

import jakarta.servlet.AsyncContext;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.ConnectionCallback;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.pyexec.http.AfterReturn;
import org.pyexec.http.AtTheEnd;
import org.pyexec.http.Delays;

/**
 * Gives answers that are not there yet. Safe for use by many threads.
 *
 * <p>One that comes soon is given by the server's thread that took the request, which waits for it: the shortest way. For
 * the others that thread is let go, and what comes within a moment is held back until it is certainly gone: Payara 6
 * finishes a request twice when it is completed just then, and mixes up the next ones (its AsyncContextImpl looks at two
 * flags without a lock). For the same reason nothing is written before that, not even the head.
 */
public final class LateAnswers implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LateAnswers.class.getName());
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long RETURN_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long COMPLETION_SECONDS = 1;
    private static final long LAST_SECONDS = 5;

    private final Delays delays;
    private final Phaser owed = new Phaser(1); // the one is close()
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * @param delays where answers are written that the server's thread did not wait for, or that are held back
     */
    public LateAnswers(Delays delays) {
        this.delays = delays;
    }

    /**
     * Passes the answer on when it comes; called by the server's thread, as the last that it does for the request.
     *
     * @param soon whether the answer is being worked on, so that waiting a moment is worth a thread
     */
    void give(CompletionStage<Response> answer, boolean soon, AsyncContext context, AsyncResponse response) {
        give(answer, soon, context, response, () -> {});
    }

    /** As above, and calls {@code whenTaken} when the client has it or has gone. */
    void give(
            CompletionStage<Response> answer,
            boolean soon,
            AsyncContext context,
            AsyncResponse response,
            Runnable whenTaken) {
        CompletableFuture<Response> future = answer.toCompletableFuture();
        Reply reply = new Reply(context, response, whenTaken);
        if (future.isDone() || (soon && comesSoon(future))) {
            answer.whenComplete(reply::give);
            return;
        }
        long since = System.nanoTime();
        owed.register();
        answer.whenComplete((value, failure) -> later(since, () -> giveOwed(reply, value, failure)));
    }

    /**
     * Passes on an answer that takes its time to be written, as long as a program runs; called by the server's thread, as the last
     * that it does for the request.
     *
     * @param whenTaken is called when the client has it or has gone
     * @throws RejectedExecutionException if there is no thread for it; nothing has been given then
     */
    void giveLong(StreamingOutput body, AsyncContext context, AsyncResponse response, Runnable whenTaken) {
        AfterReturn afterReturn = AfterReturn.of(context, delays);
        Reply reply = new Reply(context, response, whenTaken);
        Response answer = Response.ok(body)
                .type(EventStream.TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Accel-Buffering", "no") // nginx would hold it back
                .build();
        owed.register();
        try {
            delays.execute(() -> {
                afterReturn.await();
                giveOwed(reply, answer, null);
            });
        } catch (RejectedExecutionException e) {
            owed.arriveAndDeregister();
            throw e;
        }
    }

    private void giveOwed(Reply reply, @Nullable Response value, @Nullable Throwable failure) {
        try {
            reply.give(value, failure);
        } finally {
            owed.arriveAndDeregister();
        }
    }

    /** Waits until the answers that are still to come have been given, for five seconds at most. */
    @Override
    public void close() {
        int phase = closing.getAndSet(true) ? owed.getPhase() : owed.arriveAndDeregister();
        try {
            owed.awaitAdvanceInterruptibly(phase, LAST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException someReadSlowly) {
            LOG.log(System.Logger.Level.WARNING, "event=answers_not_given count={0}", owed.getUnarrivedParties());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean comesSoon(CompletableFuture<Response> answer) {
        try {
            answer.get(SOON_NANOS, TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** On another thread: whoever completes the answer has other things to do than to wait for a slow reader. */
    private void later(long since, Runnable action) {
        long early = since + RETURN_NANOS - System.nanoTime();
        if (early > 0) {
            delays.later(early, TimeUnit.NANOSECONDS, action);
        } else {
            delays.executeSomewhere(action);
        }
    }

    /** Where an answer goes; made by the server's thread. */
    private final class Reply {

        private final AsyncContext context;
        private final AsyncResponse response;
        private final Runnable whenTaken;
        private final AtomicBoolean completed = new AtomicBoolean();
        private final Writing writing = new Writing();

        Reply(AsyncContext context, AsyncResponse response, Runnable whenTaken) {
            this.context = context;
            this.response = response;
            this.whenTaken = whenTaken;
            context.addListener(new AtTheEnd(() -> completed.set(true)));
            context.addListener(writing);
        }

        void give(@Nullable Response value, @Nullable Throwable failure) {
            AtomicBoolean broken = new AtomicBoolean();
            response.register((ConnectionCallback) disconnected -> broken.set(true));
            try (writing) {
                writing.begin();
                if (failure == null) {
                    response.resume(value);
                } else {
                    response.resume(failure);
                }
            } finally {
                whenTaken.run();
            }
            if (broken.get()) {
                delays.later(COMPLETION_SECONDS, TimeUnit.SECONDS, this::complete);
            }
        }

        /**
         * Jersey 3.1 leaves it undone when the client has gone in the middle of the answer, unless the server tells it of an
         * error, as Tomcat does in a moment.
         */
        private void complete() {
            if (completed.get()) {
                return;
            }
            try {
                context.complete();
            } catch (IllegalStateException e) {
                LOG.log(System.Logger.Level.DEBUG, "The server has completed it", e);
            }
        }
    }
}
