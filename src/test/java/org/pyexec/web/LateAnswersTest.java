package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LateAnswersTest {

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final CompletableFuture<Thread> resumedBy = new CompletableFuture<>();
    private final CompletableFuture<Object> resumedWith = new CompletableFuture<>();
    private final LateAnswers answers = new LateAnswers(executor);

    /** A response that remembers what it was resumed with, and by whom. */
    private final AsyncResponse response = (AsyncResponse) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {AsyncResponse.class}, (proxy, method, arguments) -> {
                resumedBy.complete(Thread.currentThread());
                return resumedWith.complete(arguments[0]);
            });

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    @Test
    void anAnswerThatComesSoonIsGivenByTheThreadThatTookTheRequest() {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        executor.execute(() -> answer.completeExceptionally(new IllegalStateException("soon")));

        answers.give(answer, true, response);

        assertThat(resumedBy).isCompletedWithValue(Thread.currentThread());
        assertThat(resumedWith.join()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theThreadDoesNotWaitForAnAnswerThatNobodyWorksOn() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.give(answer, false, response);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void theThreadDoesNotWaitForEver() throws Exception {
        CompletableFuture<Response> answer = new CompletableFuture<>();

        answers.give(answer, true, response);
        assertThat(resumedBy).isNotDone();
        answer.completeExceptionally(new IllegalStateException("much later"));

        assertThat(resumedBy.get(1, TimeUnit.MINUTES)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void anAnswerIsGivenEvenWhenThereAreNoThreadsLeft() throws Exception {
        LateAnswers full = new LateAnswers(task -> {
            throw new RejectedExecutionException("full");
        });
        CompletableFuture<Response> answer = new CompletableFuture<>();

        full.give(answer, true, response);
        answer.completeExceptionally(new IllegalStateException("later"));

        assertThat(resumedWith.get(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class);
    }
}
