package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.ws.rs.container.AsyncResponse;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pyexec.http.Delays;

class LateAnswersTest {

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final CompletableFuture<Thread> resumedBy = new CompletableFuture<>();
    private final CompletableFuture<Object> resumedWith = new CompletableFuture<>();
    private final LateAnswers answers = new LateAnswers(new Delays(executor, timer));

    private final CompletableFuture<Boolean> completed = new CompletableFuture<>();
    private final List<ConnectionCallback> told = new ArrayList<>();
    private final List<AsyncListener> listeners = new ArrayList<>();
    private boolean clientHasGone;

    /** A response that remembers what it was resumed with, and by whom. */
    private final AsyncResponse response = proxy(AsyncResponse.class, (proxy, method, arguments) -> {
        if (method.getName().equals("register")) {
            told.add((ConnectionCallback) arguments[0]);
            return List.of();
        }
        if (clientHasGone) {
            told.forEach(callback -> callback.onDisconnect((AsyncResponse) proxy));
        }
        resumedBy.complete(Thread.currentThread());
        return resumedWith.complete(arguments[0]);
    });

    private final AsyncContext context = proxy(AsyncContext.class, (proxy, method, arguments) -> {
        switch (method.getName()) {
            case "complete" -> completed.complete(true);
            case "addListener" -> listeners.add((AsyncListener) arguments[0]);
            default -> {}
        }
        return null;
    });

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

        answers.give(answer, true, context, response);

        assertThat(resumedBy).isCompletedWithValue(Thread.currentThread());
        assertThat(resumedWith.join()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theThreadDoesNotWaitForAnAnswerThatNobodyWorksOn() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.give(answer, false, context, response);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void theThreadDoesNotWaitForEver() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.give(answer, true, context, response);
        assertThat(resumedBy).isNotDone();
        answer.completeExceptionally(new IllegalStateException("much later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void anAnswerIsGivenEvenWhenThereAreNoThreadsLeft() throws Exception {
        LateAnswers full = new LateAnswers(new Delays(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                timer));
        CompletableFuture<Response> answer = new CompletableFuture<>();

        full.give(answer, true, context, response);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class);
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

    private void give() {
        answers.give(CompletableFuture.completedFuture(Response.ok().build()), true, context, response);
    }

    /** Until what was to be done later has been done. */
    private void awaitTimer() throws InterruptedException {
        timer.shutdown();
        assertThat(timer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
}
