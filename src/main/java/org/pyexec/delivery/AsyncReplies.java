package org.pyexec.delivery;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives answers that are not there yet. Safe for use by many threads.
 *
 * <p>One that comes soon is given by the server's thread that took the request, which waits for it: the shortest way. For
 * the others that thread is let go, and what comes within a moment is held back until it is certainly gone: Payara 6
 * finishes a request twice when it is completed just then, and mixes up the next ones (its AsyncContextImpl looks at two
 * flags without a lock). For the same reason nothing is written before that, not even the head.
 */
public final class AsyncReplies implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AsyncReplies.class.getName());
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long RETURN_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long LAST_SECONDS = 5;

    /** Longer than servers let a client take nothing: after that there are places again. */
    private static final long TURN_SECONDS = 45;

    private final BackgroundExecutor delays;
    private final WriteSlots places;
    private final Phaser owed = new Phaser(1); // the one is close()
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * @param delays where answers are written that the server's thread did not wait for, or that are held back
     * @param places for the threads that write
     */
    public AsyncReplies(BackgroundExecutor delays, WriteSlots places) {
        this.delays = delays;
        this.places = places;
    }

    /**
     * Passes the answer on when it comes; called by the server's thread, as the last that it does for the request.
     *
     * @param soon whether the answer is being worked on, so that waiting a moment is worth a thread
     */
    public void give(CompletionStage<Response> answer, boolean soon, Recipient recipient) {
        give(answer, soon, recipient, () -> {});
    }

    /** As above, and calls {@code whenTaken} when the client has it or has gone. */
    public void give(CompletionStage<Response> answer, boolean soon, Recipient recipient, Runnable whenTaken) {
        Reply reply = reply(recipient, whenTaken);
        CompletableFuture<Reply.Ready> ready = answer.handle(
                        (value, failure) -> inTurn(value, failure, recipient.client()))
                .thenCompose(Function.identity())
                .toCompletableFuture();
        pass(ready, soon, reply);
    }

    /** Before a place is taken: there is none where the server has ended the request just now. */
    private Reply reply(Recipient recipient, Runnable whenTaken) {
        try {
            return new Reply(delays, recipient, whenTaken);
        } catch (RuntimeException e) {
            whenTaken.run();
            throw e;
        }
    }

    /** However long it takes until there is a place: a program has run for it, and it is nowhere else. */
    private CompletableFuture<Reply.Ready> inTurn(
            @Nullable Response value, @Nullable Throwable failure, String client) {
        boolean small = value == null || Reply.length(value) <= Reply.SMALL_BYTES;
        return places.take(client, small)
                .place()
                .thenApply(place -> new Reply.Ready(value, failure, Optional.of(place)));
    }

    /**
     * Makes an answer when there is a place for it, and gives it; called by the server's thread, as the last that it does for the
     * request.
     *
     * @param bytes how long it will be
     * @param refusal for a client that has waited for 45 seconds, or has many others waiting
     * @param whenTaken is called when the client has it or has gone, or if it is refused
     */
    public void giveInTurn(
            Supplier<Response> answer,
            long bytes,
            Supplier<Response> refusal,
            Recipient recipient,
            Runnable whenTaken) {
        Reply reply = reply(recipient, whenTaken);
        WriteSlots.Turn turn = places.take(recipient.client(), bytes <= Reply.SMALL_BYTES);
        if (places.isCrowded(recipient.client())) {
            places.giveUp(turn);
        } else if (!turn.place().isDone()) {
            delays.later(TURN_SECONDS, TimeUnit.SECONDS, () -> places.giveUp(turn));
        }
        pass(
                turn.place()
                        .thenApply(place -> made(answer, Optional.of(place)))
                        .exceptionally(none -> made(refusal, Optional.empty())),
                false,
                reply);
    }

    private static Reply.Ready made(Supplier<Response> answer, Optional<WriteSlots.Place> place) {
        try {
            return new Reply.Ready(answer.get(), null, place);
        } catch (RuntimeException | Error e) {
            return new Reply.Ready(null, e, place);
        }
    }

    private void pass(CompletableFuture<Reply.Ready> answer, boolean soon, Reply reply) {
        if (answer.isDone() || (soon && comesSoon(answer))) {
            reply.give(answer.join());
            return;
        }
        long since = System.nanoTime();
        owed.register();
        CompletableFuture<Void> unused = answer.thenAccept(ready -> later(since, () -> giveOwed(reply, ready)));
    }

    /**
     * Passes on an answer that takes its time to be written, as long as a program runs; called by the server's thread, as the last
     * that it does for the request.
     *
     * @param whenTaken is called when the client has it or has gone
     * @throws RejectedExecutionException if there is no thread for it; nothing has been given then
     */
    public void giveLong(StreamingOutput body, Recipient recipient, Runnable whenTaken) {
        AfterDispatchReturns afterReturn = AfterDispatchReturns.of(recipient.context(), delays);
        Reply reply = new Reply(delays, recipient, whenTaken);
        Response answer = Response.ok(LeastSpeed.enforcedOn(body))
                .type(EventStream.TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Accel-Buffering", "no") // nginx would hold it back
                .build();
        owed.register();
        try {
            delays.execute(() -> {
                afterReturn.await();
                giveOwed(reply, new Reply.Ready(answer, null, Optional.empty()));
            });
        } catch (RejectedExecutionException e) {
            owed.arriveAndDeregister();
            throw e;
        }
    }

    private void giveOwed(Reply reply, Reply.Ready ready) {
        try {
            reply.give(ready);
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

    private static boolean comesSoon(CompletableFuture<?> answer) {
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
}
