package org.pyexec.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requests with an idempotency key start one job, whenever they come. */
class JobKeysTest extends JobsFixture {

    @Test
    void requestsOfOneKeyAtTheSameTimeStartOneJob() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<JobView> first = later(() -> accepted(jobs.submit(client("a"), key("k"), () -> {
            starting.countDown();
            awaitUninterruptibly(goOn);
            return start();
        })));
        awaitUninterruptibly(starting);
        assertThatThrownBy(() -> submit("a", "k", "another")).isInstanceOf(KeyReusedException.class);
        List<CompletableFuture<JobView>> others = Stream.generate(() -> later(() -> submit("a", "k", "body")))
                .limit(8)
                .toList();

        goOn.countDown();

        String id = first.join().id();
        assertThat(others).allSatisfy(other -> assertThat(other.join().id()).isEqualTo(id));
        assertThat(starts).hasValue(1);
    }

    @Test
    void requestThatWaitedForAStartThatFailsHasItsOwn() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<JobView> first = later(() -> accepted(jobs.submit(client("a"), key("k"), () -> {
            starting.countDown();
            awaitUninterruptibly(goOn);
            throw new IllegalStateException("no");
        })));
        awaitUninterruptibly(starting);
        CompletableFuture<JobView> second = later(() -> submit("a", "k", "body"));

        goOn.countDown();

        assertThat(first).failsWithin(Duration.ofMinutes(1));
        assertThat(jobs.find(second.join().id())).isPresent();
        assertThat(starts).hasValue(1);
        submit("a"); // the failed one takes no place
    }

    private static Optional<IdempotencyKey> key(String key) {
        return Optional.of(new IdempotencyKey(key, "body"));
    }

    private CompletableFuture<JobView> later(Callable<JobView> call) {
        CompletableFuture<JobView> result = new CompletableFuture<>();
        requests.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sameKeyAndBodyIsTheSameJob() throws Exception {
        JobView first = submit("a", "k", "body");

        assertThat(submit("a", "k", "body").id()).isEqualTo(first.id());
        assertThat(starts).hasValue(1);
        assertThat(submit("a", "other", "body").id()).isNotEqualTo(first.id());
        assertThat(submit("b", "k", "body").id()).isNotEqualTo(first.id());
    }

    @Test
    void sameKeyWithAnotherBodyIsRefusedUntilTheFirstIsForgotten() throws Exception {
        JobView first = submit("a", "k", "body");
        assertThatThrownBy(() -> submit("a", "k", "another")).isInstanceOf(KeyReusedException.class);
        assertThat(starts).hasValue(1);

        end(0);
        clock.step(TIME_TO_LIVE);
        assertThat(submit("a", "k", "another").id()).isNotEqualTo(first.id());
    }
}
