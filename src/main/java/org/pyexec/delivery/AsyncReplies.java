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
 * Sends answers that are not ready yet. Safe for use by many threads.
 *
 * <p>The server's thread that took the request waits a moment for an answer that is expected soon, and sends it: that is the
 * fastest way. Otherwise that thread returns, and an answer that is ready at once is held back until it certainly has
 * returned: Payara 6 completes a request twice when it is completed at that moment, and mixes up the next requests (its
 * AsyncContextImpl reads two flags without a lock). For the same reason nothing is written before, not even the head.
 */
public final class AsyncReplies implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AsyncReplies.class.getName());
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long DISPATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long LAST_SECONDS = 5;

    /** Longer than servers wait for a client that reads nothing: by then slots have become free. */
    private static final long QUEUE_SECONDS = 45;

    private final BackgroundExecutor background;
    private final WriteSlots slots;
    private final Phaser outstanding = new Phaser(1); // the one is close()
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * @param background where answers are written that the server's thread does not wait for
     * @param slots for the threads that write
     */
    public AsyncReplies(BackgroundExecutor background, WriteSlots slots) {
        this.background = background;
        this.slots = slots;
    }

    /**
     * Sends the answer when it is ready. Called by the server's thread, as the last thing it does for the request.
     *
     * @param soon whether the answer is expected soon, so that the thread should wait a moment for it
     */
    public void send(CompletionStage<Response> answer, boolean soon, Recipient recipient) {
        send(answer, soon, recipient, () -> {});
    }

    /** As above, and calls {@code onDelivered} when the client has the answer or has gone. */
    public void send(CompletionStage<Response> answer, boolean soon, Recipient recipient, Runnable onDelivered) {
        Reply reply = reply(recipient, onDelivered);
        CompletableFuture<Reply.Ready> ready = answer.handle(
                        (value, failure) -> whenSlotFree(value, failure, recipient.client()))
                .thenCompose(Function.identity())
                .toCompletableFuture();
        pass(ready, soon, reply);
    }

    /** Made before a slot is taken: it fails if the server has just ended the request. */
    private Reply reply(Recipient recipient, Runnable onDelivered) {
        try {
            return new Reply(background, recipient, onDelivered);
        } catch (RuntimeException e) {
            onDelivered.run();
            throw e;
        }
    }

    /** Waits for a slot as long as it takes: a program has run for this answer, and it is kept nowhere else. */
    private CompletableFuture<Reply.Ready> whenSlotFree(
            @Nullable Response value, @Nullable Throwable failure, Client client) {
        boolean small = value == null || Reply.length(value) <= Reply.SMALL_BYTES;
        return slots.take(client, small).slot().thenApply(slot -> new Reply.Ready(value, failure, Optional.of(slot)));
    }

    /**
     * Makes an answer when there is a slot for it, and sends it. Called by the server's thread, as the last thing it does for
     * the request.
     *
     * @param bytes how long it will be
     * @param refusal for a client that has waited for 45 seconds, or has many others waiting
     * @param onDelivered is called when the client has the answer or has gone, and if it is refused
     */
    public void sendWhenSlotFree(
            Supplier<Response> answer,
            long bytes,
            Supplier<Response> refusal,
            Recipient recipient,
            Runnable onDelivered) {
        Reply reply = reply(recipient, onDelivered);
        CompletableFuture<Reply.Ready> ready = slotInTime(recipient.client(), bytes)
                .thenApply(slot -> made(answer, Optional.of(slot)))
                .exceptionally(none -> made(refusal, Optional.empty()));
        pass(ready, false, reply);
    }

    private CompletableFuture<WriteSlots.Slot> slotInTime(Client client, long bytes) {
        WriteSlots.Ticket ticket = slots.take(client, bytes <= Reply.SMALL_BYTES);
        if (slots.isQueueFull(client)) {
            slots.cancel(ticket);
        } else if (!ticket.slot().isDone()) {
            background.schedule(QUEUE_SECONDS, TimeUnit.SECONDS, () -> slots.cancel(ticket));
        }
        return ticket.slot();
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
     * Sends an answer that is written as long as a program runs. Called by the server's thread, as the last thing it does for
     * the request.
     *
     * @param onDelivered is called when the client has it or has gone
     * @throws RejectedExecutionException if there is no thread for it; then nothing has been sent
     */
    public void sendStream(StreamingOutput body, Recipient recipient, Runnable onDelivered) {
        AfterDispatchReturns afterReturn = AfterDispatchReturns.of(recipient.context(), background);
        Reply reply = new Reply(background, recipient, onDelivered);
        Reply.Ready ready = new Reply.Ready(stream(body), null, Optional.empty());
        outstanding.register();
        try {
            background.execute(() -> {
                afterReturn.await();
                sendOutstanding(reply, ready);
            });
        } catch (RejectedExecutionException e) {
            outstanding.arriveAndDeregister();
            throw e;
        }
    }

    private static Response stream(StreamingOutput body) {
        return Response.ok(LeastSpeed.enforcedOn(body))
                .type(EventStream.TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Accel-Buffering", "no") // nginx would hold it back
                .build();
    }

    private void sendOutstanding(Reply reply, Reply.Ready ready) {
        try {
            reply.send(ready);
        } finally {
            outstanding.arriveAndDeregister();
        }
    }

    /** Waits until the outstanding answers have been sent, for five seconds at most. */
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

    /** Runs on another thread: the thread that completes the answer must not wait for a slow reader. */
    private void later(long since, Runnable action) {
        long early = since + DISPATCH_NANOS - System.nanoTime();
        if (early > 0) {
            background.schedule(early, TimeUnit.NANOSECONDS, action);
        } else {
            background.executeOrRunHere(action);
        }
    }
}
