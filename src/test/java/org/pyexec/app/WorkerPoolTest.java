package org.pyexec.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerPoolTest {

    private final ExecutorService container = Executors.newCachedThreadPool();
    private final AtomicInteger borrowed = new AtomicInteger();
    private final WorkerPool pool = new WorkerPool(task -> {
        borrowed.incrementAndGet();
        container.execute(task);
    });

    @AfterEach
    void end() {
        container.shutdownNow();
    }

    @Test
    void tasksAtOnceHaveThreadsOfTheirOwn() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            pool.execute(() -> {
                together.countDown();
                try {
                    together.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        assertThat(together.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(borrowed.get()).isEqualTo(3);
    }

    @Test
    void aThreadIsUsedAgain() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            pool.execute(() -> done.complete(null));
            done.get(1, TimeUnit.MINUTES);
        }

        assertThat(borrowed.get()).isLessThan(1_000);
    }

    /** An error as well, such as that of a class that a container does not show. */
    static Stream<Consumer<String>> aTaskThatFailsCostsNoThreadAndIsTold() {
        return Stream.of(
                message -> {
                    throw new IllegalStateException(message);
                },
                message -> {
                    throw new NoClassDefFoundError(message);
                });
    }

    @ParameterizedTest
    @MethodSource
    void aTaskThatFailsCostsNoThreadAndIsTold(Consumer<String> failing) throws Exception {
        List<LogRecord> told = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(WorkerPool.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                told.add(entry);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            CompletableFuture<Thread> first = new CompletableFuture<>();
            pool.execute(() -> {
                first.complete(Thread.currentThread());
                failing.accept("no");
            });
            CompletableFuture<Thread> second = new CompletableFuture<>();
            Thread worker = first.get(1, TimeUnit.MINUTES);
            await().atMost(1, TimeUnit.MINUTES).until(() -> worker.getState() == Thread.State.TIMED_WAITING);
            pool.execute(() -> second.complete(Thread.currentThread()));

            assertThat(second.get(1, TimeUnit.MINUTES)).isSameAs(worker);
            assertThat(told)
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.getThrown()).hasMessage("no"));
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void aThreadThatWaitsHoldsNothingOfItsTasks() throws Exception {
        List<WeakReference<byte[]>> made = List.of(runWithAnArray(), runWithAnArray());

        await().atMost(1, TimeUnit.MINUTES).until(() -> {
            System.gc();
            return made.stream().allMatch(array -> array.get() == null);
        });
        runWithAnArray();
        assertThat(borrowed.get()).as("the thread still waits").isEqualTo(1);
    }

    private WeakReference<byte[]> runWithAnArray() throws Exception {
        byte[] array = new byte[1 << 20];
        WeakReference<byte[]> reference = new WeakReference<>(array);
        CompletableFuture<Thread> done = new CompletableFuture<>();
        pool.execute(() -> {
            array[0] = 1;
            done.complete(Thread.currentThread());
        });
        Thread worker = done.get(1, TimeUnit.MINUTES);
        await().atMost(1, TimeUnit.MINUTES).until(() -> worker.getState() == Thread.State.TIMED_WAITING);
        return reference;
    }

    @Test
    void systemWithoutAThreadRefusesTheTask() {
        try (WorkerPool full = new WorkerPool(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        })) {
            assertThatThrownBy(() -> full.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        }
    }

    @Test
    void closingLetsIdleAndBusyThreadsGo() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CompletableFuture<Void> done = new CompletableFuture<>();
        pool.execute(() -> {
            try {
                busy.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        pool.execute(() -> done.complete(null));
        done.get(1, TimeUnit.MINUTES);

        pool.close();
        busy.countDown();
        container.shutdown();

        assertThat(container.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
}
