package org.pyexec.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletResponse;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.CompletionCallback;
import jakarta.ws.rs.container.ConnectionCallback;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;

class AsyncRepliesTest {

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final CompletableFuture<Thread> resumedBy = new CompletableFuture<>();
    private final CompletableFuture<Object> resumedWith = new CompletableFuture<>();
    private final WriteSlots slots =
            new WriteSlots(new WriteSlots.Bounds(1, 1), limits -> new ClientLimits.Writers(1, 0));
    private final AsyncReplies answers = new AsyncReplies(new BackgroundExecutor(executor, timer), slots);

    private final CompletableFuture<Boolean> completed = new CompletableFuture<>();
    private final List<ConnectionCallback> told = new ArrayList<>();
    private final List<AsyncListener> listeners = new ArrayList<>();
    private final List<CompletionCallback> written = new ArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private boolean clientHasGone;

    /** A response that remembers what it was resumed with, and by whom. */
    private final AsyncResponse response = proxy(AsyncResponse.class, (proxy, method, arguments) -> {
        if (method.getName().equals("register")) {
            if (arguments[0] instanceof ConnectionCallback callback) {
                told.add(callback);
            } else {
                written.add((CompletionCallback) arguments[0]);
            }
            return List.of();
        }
        if (clientHasGone) {
            told.forEach(callback -> callback.onDisconnect((AsyncResponse) proxy));
        }
        written.forEach(callback -> callback.onComplete(null));
        resumedBy.complete(Thread.currentThread());
        return resumedWith.complete(arguments[0]);
    });

    private final AsyncContext context = proxy(AsyncContext.class, (proxy, method, arguments) -> {
        switch (method.getName()) {
            case "complete" -> completed.complete(true);
            case "addListener" -> listeners.add((AsyncListener) arguments[0]);
            case "getResponse" -> {
                return proxy(ServletResponse.class, (servlet, call, none) -> {
                    assertThat(call.getName()).isEqualTo("flushBuffer");
                    sent.incrementAndGet();
                    return null;
                });
            }
            default -> {}
        }
        return null;
    });

    private final Recipient recipient = new Recipient(Client.local("client"), context, response);

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @AfterEach
    void end() {
        executor.shutdownNow();
        timer.shutdownNow();
    }

    @Test
    void anAnswerThatComesSoonIsGivenByTheThreadThatTookTheRequest() {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        executor.execute(() -> answer.completeExceptionally(new IllegalStateException("soon")));

        answers.send(answer, true, recipient);

        assertThat(resumedBy).isCompletedWithValue(Thread.currentThread());
        assertThat(resumedWith.join()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theThreadDoesNotWaitForAnAnswerThatNobodyWorksOn() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.send(answer, false, recipient);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void theThreadDoesNotWaitForEver() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.send(answer, true, recipient);
        assertThat(resumedBy).isNotDone();
        answer.completeExceptionally(new IllegalStateException("much later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void anAnswerIsGivenEvenWhenThereAreNoThreadsLeft() throws Exception {
        AsyncReplies full = new AsyncReplies(
                new BackgroundExecutor(
                        task -> {
                            throw new RejectedExecutionException("full");
                        },
                        timer),
                slots);
        CompletableFuture<Response> answer = new CompletableFuture<>();

        full.send(answer, true, recipient);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theHeadOfAnAnswerWithoutABodyIsSentBeforeTheEndOfTheRequest() {
        answers.send(CompletableFuture.completedFuture(Response.ok("body").build()), true, recipient);
        assertThat(sent).hasValue(0);

        answers.send(CompletableFuture.completedFuture(Response.noContent().build()), true, recipient);
        assertThat(sent).hasValue(1);
    }

    @Test
    void aRequestWhoseClientLeftInTheAnswerIsCompleted() {
        clientHasGone = true;

        give();

        assertThat(completed).succeedsWithin(1, TimeUnit.MINUTES);
    }

    @Test
    void aRequestThatTheServerCompletesIsLeftToIt() throws Exception {
        clientHasGone = true;

        give();
        for (AsyncListener listener : listeners) {
            listener.onComplete(new AsyncEvent(context));
        }

        awaitTimer();
        assertThat(completed).isNotDone();
    }

    @Test
    void aRequestThatWasAnsweredIsLeftToJersey() throws Exception {
        give();

        assertThat(resumedWith).isCompleted();
        awaitTimer();
        assertThat(completed).isNotDone();
    }

    @Test
    void anAnswerWaitsForItsPlaceWithoutAThreadAndIsNotLost() throws Exception {
        WriteSlots.Slot taken = slots.takeAtOnce(Client.local("another"), "answers");
        Response answer = Response.ok("kept").build();

        answers.send(CompletableFuture.completedFuture(answer), true, recipient);
        assertThat(resumedWith).isNotDone();
        taken.close();

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isSameAs(answer);
        assertThat(resumedBy.join()).isNotSameAs(Thread.currentThread());
        awaitPlace();
    }

    @Test
    void whatIsMadeInTurnIsMadeByWhoeverHasThePlace() throws Exception {
        WriteSlots.Slot taken = slots.takeAtOnce(Client.local("another"), "answers");
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<Boolean> over = new CompletableFuture<>();

        answers.sendWhenSlotFree(
                () -> {
                    made.incrementAndGet();
                    throw new IllegalStateException("not to be made");
                },
                1,
                () -> Response.serverError().build(),
                recipient,
                () -> over.complete(true));
        assertThat(made).hasValue(0);
        taken.close();

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class);
        assertThat(over).succeedsWithin(1, TimeUnit.MINUTES);
        assertThat(made).hasValue(1);
        awaitPlace();
    }

    @Test
    void whoeverWouldWaitBehindManyOfItsOwnIsRefusedAtOnce() throws Exception {
        WriteSlots.Slot taken = slots.takeAtOnce(Client.local("another"), "answers");
        for (int i = 0; i < 64; i++) {
            slots.take(Client.local("client"), false);
        }
        Response refusal = Response.status(503).build();

        answers.sendWhenSlotFree(() -> Response.ok().build(), 1, () -> refusal, recipient, () -> {});

        assertThat(resumedWith).isCompletedWithValue(refusal);
        taken.close();
    }

    /** The only slot is given back when the answer has been. */
    private void awaitPlace() throws Exception {
        slots.take(Client.local("next"), false).slot().get(1, TimeUnit.MINUTES).close();
    }

    private void give() {
        answers.send(CompletableFuture.completedFuture(Response.ok().build()), true, recipient);
    }

    /** Until what was to be done later has been done. */
    private void awaitTimer() throws InterruptedException {
        timer.shutdown();
        assertThat(timer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
}
