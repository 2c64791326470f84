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
import org.pyexec.client.Client;

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
    private static final long DISPATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long LAST_SECONDS = 5;

    /** Longer than servers let a client take nothing: after that there are slots again. */
    private static final long QUEUE_SECONDS = 45;

    private final BackgroundExecutor background;
    private final WriteSlots slots;
    private final Phaser outstanding = new Phaser(1); // the one is close()
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * @param background where answers are written that the server's thread did not wait for, or that are held back
     * @param slots for the threads that write
     */
    public AsyncReplies(BackgroundExecutor background, WriteSlots slots) {
        this.background = background;
        this.slots = slots;
    }

    /**
     * Passes the answer on when it comes; called by the server's thread, as the last that it does for the request.
     *
     * @param soon whether the answer is being worked on, so that waiting a moment is worth a thread
     */
    public void send(CompletionStage<Response> answer, boolean soon, Recipient recipient) {
        send(answer, soon, recipient, () -> {});
    }

    /** As above, and calls {@code onDelivered} when the client has it or has gone. */
    public void send(CompletionStage<Response> answer, boolean soon, Recipient recipient, Runnable onDelivered) {
        Reply reply = reply(recipient, onDelivered);
        CompletableFuture<Reply.Ready> ready = answer.handle(
                        (value, failure) -> whenSlotFree(value, failure, recipient.client()))
                .thenCompose(Function.identity())
                .toCompletableFuture();
        pass(ready, soon, reply);
    }

    /** Before a slot is taken: there is none where the server has ended the request just now. */
    private Reply reply(Recipient recipient, Runnable onDelivered) {
        try {
            return new Reply(background, recipient, onDelivered);
        } catch (RuntimeException e) {
            onDelivered.run();
            throw e;
        }
    }

    /** However long it takes until there is a slot: a program has run for it, and it is nowhere else. */
    private CompletableFuture<Reply.Ready> whenSlotFree(
            @Nullable Response value, @Nullable Throwable failure, Client client) {
        boolean small = value == null || Reply.length(value) <= Reply.SMALL_BYTES;
        return slots.take(client, small).slot().thenApply(slot -> new Reply.Ready(value, failure, Optional.of(slot)));
    }

    /**
     * Makes an answer when there is a slot for it, and gives it; called by the server's thread, as the last that it does for the
     * request.
     *
     * @param bytes how long it will be
     * @param refusal for a client that has waited for 45 seconds, or has many others waiting
     * @param onDelivered is called when the client has it or has gone, or if it is refused
     */
    public void sendWhenSlotFree(
            Supplier<Response> answer,
            long bytes,
            Supplier<Response> refusal,
            Recipient recipient,
            Runnable onDelivered) {
        Reply reply = reply(recipient, onDelivered);
        WriteSlots.Ticket ticket = slots.take(recipient.client(), bytes <= Reply.SMALL_BYTES);
        if (slots.isQueueFull(recipient.client())) {
            slots.cancel(ticket);
        } else if (!ticket.slot().isDone()) {
            background.schedule(QUEUE_SECONDS, TimeUnit.SECONDS, () -> slots.cancel(ticket));
        }
        pass(
                ticket.slot()
                        .thenApply(slot -> made(answer, Optional.of(slot)))
                        .exceptionally(none -> made(refusal, Optional.empty())),
                false,
                reply);
    }

    private static Reply.Ready made(Supplier<Response> answer, Optional<WriteSlots.Slot> slot) {
        try {
            return new Reply.Ready(answer.get(), null, slot);
        } catch (RuntimeException | Error e) {
            return new Reply.Ready(null, e, slot);
        }
    }

    private void pass(CompletableFuture<Reply.Ready> answer, boolean soon, Reply reply) {
        if (answer.isDone() || (soon && comesSoon(answer))) {
            reply.send(answer.join());
            return;
        }
        long since = System.nanoTime();
        outstanding.register();
        CompletableFuture<Void> unused = answer.thenAccept(ready -> later(since, () -> sendOutstanding(reply, ready)));
    }

    /**
     * Passes on an answer that takes its time to be written, as long as a program runs; called by the server's thread, as the last
     * that it does for the request.
     *
     * @param onDelivered is called when the client has it or has gone
     * @throws RejectedExecutionException if there is no thread for it; nothing has been given then
     */
    public void sendStream(StreamingOutput body, Recipient recipient, Runnable onDelivered) {
        AfterDispatchReturns afterReturn = AfterDispatchReturns.of(recipient.context(), background);
        Reply reply = new Reply(background, recipient, onDelivered);
        Response answer = Response.ok(LeastSpeed.enforcedOn(body))
                .type(EventStream.TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Accel-Buffering", "no") // nginx would hold it back
                .build();
        outstanding.register();
        try {
            background.execute(() -> {
                afterReturn.await();
                sendOutstanding(reply, new Reply.Ready(answer, null, Optional.empty()));
            });
        } catch (RejectedExecutionException e) {
            outstanding.arriveAndDeregister();
            throw e;
        }
    }

    private void sendOutstanding(Reply reply, Reply.Ready ready) {
        try {
            reply.send(ready);
        } finally {
            outstanding.arriveAndDeregister();
        }
    }

    /** Waits until the answers that are still to come have been given, for five seconds at most. */
    @Override
    public void close() {
        int phase = closing.getAndSet(true) ? outstanding.getPhase() : outstanding.arriveAndDeregister();
        try {
            outstanding.awaitAdvanceInterruptibly(phase, LAST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException someReadSlowly) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=answers_not_given count={0}",
                    outstanding.getUnarrivedParties());
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
        long early = since + DISPATCH_NANOS - System.nanoTime();
        if (early > 0) {
            background.schedule(early, TimeUnit.NANOSECONDS, action);
        } else {
            background.executeOrRunHere(action);
        }
    }
}
