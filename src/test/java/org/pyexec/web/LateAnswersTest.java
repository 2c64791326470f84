package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
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

class LateAnswersTest {

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final CompletableFuture<Thread> resumedBy = new CompletableFuture<>();
    private final CompletableFuture<Object> resumedWith = new CompletableFuture<>();
    private final LateAnswers answers = new LateAnswers(executor, timer);

    private final CompletableFuture<Boolean> completed = new CompletableFuture<>();
    private final List<ConnectionCallback> told = new ArrayList<>();
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
        completed.complete(method.getName().equals("complete"));
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
        LateAnswers full = new LateAnswers(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                timer);
        CompletableFuture<Response> answer = new CompletableFuture<>();

        full.give(answer, true, context, response);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRequestWhoseClientLeftInTheAnswerIsCompleted() {
        clientHasGone = true;

        answers.give(CompletableFuture.completedFuture(Response.ok().build()), true, context, response);

        assertThat(completed).isCompletedWithValue(true);
    }

    @Test
    void aRequestThatWasAnsweredIsLeftToJersey() {
        answers.give(CompletableFuture.completedFuture(Response.ok().build()), true, context, response);

        assertThat(resumedWith).isCompleted();
        assertThat(completed).isNotDone();
    }
}
