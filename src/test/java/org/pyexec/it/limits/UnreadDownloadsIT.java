package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Downloads that many clients do not read, or read slowly: others are served beside them, and readers get every byte. */
@Order(2) // waits for long
class UnreadDownloadsIT extends UnreadTestBase {

    private static final int LARGE_BYTES = 20 << 20;

    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();

    UnreadDownloadsIT(Http http) {
        super(http);
    }

    @AfterEach
    void stopReading() {
        pace.shutdownNow();
    }

    @Test
    void downloadsOfOneClientLeaveThreadsForOthers() throws IOException {
        String large = http.hosted("large.bin", content(LARGE_BYTES));
        String small = http.hosted("small.bin", content(1000));

        ask(number -> OWN, RawConnection.head("GET", large));

        assertServed();
        assertThat(get(large).body()).isEqualTo(content(LARGE_BYTES));
        assertThat(get(small).body()).isEqualTo(content(1000));
        assertOneRefused();
    }

    @Test
    void downloadsOfManyClientsLeaveThreadsForOthers() throws IOException {
        String large = http.hosted("large.bin", content(LARGE_BYTES));
        String small = http.hosted("small.bin", content(1000));

        ask(UnreadTestBase::oneOfMany, RawConnection.head("GET", large));

        assertServed();
        assertThat(get(small).body()).isEqualTo(content(1000));
    }

    @Test
    void manyWhoReadGetEveryByte() throws Exception {
        byte[] content = content(LARGE_BYTES);
        String large = http.hosted("large.bin", content);
        RawConnection slow = RawConnection.lazyReader(http.base());
        readers.add(slow);
        slow.send(RawConnection.headOfMany("GET", large));
        assertThat(slow.status()).isEqualTo(200);
        CompletableFuture<Integer> slowly = readSlowly(slow, content);
        ExecutorService clients = Executors.newFixedThreadPool(20);
        try {
            List<CompletableFuture<Void>> downloads = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                downloads.add(CompletableFuture.runAsync(
                        () -> assertThat(Arrays.equals(http.get(large).body(), content))
                                .isTrue(),
                        clients));
            }
            CompletableFuture.allOf(downloads.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
        } finally {
            clients.shutdownNow();
        }
        int got = slowly.get(2, TimeUnit.MINUTES);
        byte[] rest = slow.next(LARGE_BYTES - got);
        assertThat(Arrays.equals(rest, Arrays.copyOfRange(content, got, LARGE_BYTES)))
                .isTrue();
    }

    /** A hundred thousand bytes per second for twelve seconds. */
    private CompletableFuture<Integer> readSlowly(RawConnection connection, byte[] content) {
        CompletableFuture<Integer> read = new CompletableFuture<>();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        var unused = pace.scheduleAtFixedRate(
                () -> {
                    try {
                        got.writeBytes(connection.next(10_000));
                        if (got.size() == 1_200_000) {
                            assertThat(got.toByteArray()).isEqualTo(Arrays.copyOf(content, got.size()));
                            read.complete(got.size());
                            pace.shutdown();
                        }
                    } catch (IOException | AssertionError e) {
                        read.completeExceptionally(e);
                        throw new IllegalStateException(e);
                    }
                },
                0,
                100,
                TimeUnit.MILLISECONDS);
        return read;
    }

    /** Some of the last readers may have got the place of one that was dropped: they have their file and are passed over. */
    private void assertOneRefused() throws IOException {
        Answer answer;
        int last = READERS;
        do {
            answer = readers.get(--last).answer();
        } while (answer.status() == 200 && last > BEGUN);
        Shapes.generalError(answer, 503);
        assertThat(answer.required("Retry-After")).matches("[0-9]+");
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) ((i * 31) >> 3);
        }
        return content;
    }
}
