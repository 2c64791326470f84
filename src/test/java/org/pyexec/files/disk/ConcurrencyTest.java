package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;

class ConcurrencyTest {

    private static final int THREADS = 8;

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();

    @Test
    void parallelUploadsNeverOvershootTheTotal() throws Exception {
        int size = 150_000;
        long maxBytes = 3L * size + 100_000;
        try (OpenStore store = StoreFixture.open(temporary.resolve("store"), clock, maxBytes)) {
            List<Boolean> stored = inParallel(() -> {
                try {
                    store.add(StoreFixture.CLIENT, "a.bin", new Watching(store, maxBytes, size), size);
                    return true;
                } catch (StoreFullException e) {
                    return false;
                }
            });

            long count = stored.stream().filter(done -> done).count();
            assertThat(count).isLessThanOrEqualTo(3);
            assertThat(store.bytesHeld()).isEqualTo(count * size);
            assertThat(store.liveCount()).isEqualTo((int) count);
        }
    }

    @Test
    void parallelSweepsRemoveEachFileOnce() throws Exception {
        try (OpenStore store = StoreFixture.open(temporary.resolve("store"), clock)) {
            for (int i = 0; i < 50; i++) {
                StoreFixture.addBytes(store, 10);
            }
            clock.step(StoreFixture.TEN_MINUTES);

            List<Integer> removed = inParallel(store::sweep);

            assertThat(removed.stream().mapToInt(Integer::intValue).sum()).isEqualTo(50);
            assertThat(store.bytesHeld()).isZero();
        }
    }

    @Test
    void fileIsDeletedByOneOfManyAndItsSiblingsByNone() throws Exception {
        try (OpenStore store = StoreFixture.open(temporary.resolve("store"), clock)) {
            HostedFile file = StoreFixture.addBytes(store, 10);
            HostedFile sibling = StoreFixture.addBytes(store, 20);

            List<Boolean> deleted = inParallel(() -> store.delete(file.token()));

            assertThat(deleted).containsOnlyOnce(true);
            assertThat(store.bytesHeld()).isEqualTo(20);
            assertThat(StoreFixture.content(store, sibling)).hasSize(20);
        }
    }

    private static <T> List<T> inParallel(Callable<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<T>> futures = Stream.generate(() -> threads.submit(() -> {
                        start.await();
                        return work.call();
                    }))
                    .limit(THREADS)
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Looks at the store whenever a piece of it is read. */
    private static final class Watching extends ByteArrayInputStream {
        private final OpenStore store;
        private final long maxBytes;

        Watching(OpenStore store, long maxBytes, int size) {
            super(new byte[size]);
            this.store = store;
            this.maxBytes = maxBytes;
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            assertThat(store.bytesHeld()).isLessThanOrEqualTo(maxBytes);
            return super.read(buffer, offset, length);
        }
    }
}
