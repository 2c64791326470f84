package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** More clients than a server has threads ask for much and do not read it; others are served beside them. */
@Order(2) // waits for long
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class UnreadAnswersIT {

    private static final int READERS = 230;
    private static final int LARGE_BYTES = 20 << 20;
    /** So many are being answered before the others are looked at; every server gives one client so many places. */
    private static final int BEGUN = 40;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String OWN = "127.0.66.1";

    private final Http http;
    private final List<RawConnection> readers = new ArrayList<>();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();

    UnreadAnswersIT(Server server) {
        this.http = server.http();
    }

    @AfterEach
    void leave() throws IOException {
        pace.shutdownNow();
        for (RawConnection reader : readers) {
            reader.close();
        }
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

        ask(UnreadAnswersIT::oneOfMany, RawConnection.head("GET", large));

        assertServed();
        assertThat(get(small).body()).isEqualTo(content(1000));
    }

    @Test
    void answersOfOneExecutionLeaveThreadsForOthers() throws Exception {
        String path = submitted("203.0.113.241", "for _ in range(8): display({'text/html': 'x' * 999_000}, raw=True)");
        try (EventReader events =
                new EventReader(http.open(path, "Accept", "text/event-stream").body())) {
            events.rest();
        }

        ask(number -> OWN, RawConnection.head("GET", path));

        assertServed();
        assertThat(get(path).json().at("/answer/run/displays")).hasSize(8);
    }

    @Test
    void answersOfProgramsLeaveThreadsForOthers() throws Exception {
        String body = Json.object("code", "print('Q' * 900_000)");
        String head = RawConnection.executeHead(body.length());

        ask(number -> OWN, head + body, READERS, 4);

        assertServed();
        String first = new String(readers.get(0).rest(), StandardCharsets.UTF_8);
        assertThat(first.chars().filter(c -> c == 'Q')).hasSize(900_000);
    }

    @Test
    void followersOfAProgramAreBoundedAndLeaveThreadsForPrograms() throws Exception {
        String path = submitted(
                "203.0.113.242", "import time\nfor _ in range(50): print('x' * 20_000, flush=True)\ntime.sleep(50)");
        try {
            ask(UnreadAnswersIT::oneOfMany, RawConnection.head("GET", path, "Accept", "text/event-stream"));
            ask(number -> OWN, RawConnection.head("GET", path, "Accept", "text/event-stream"), 40, 30);

            assertServed();
            RawConnection last = readers.get(readers.size() - 1);
            Answer refusal = last.answer();
            assertThat(refusal.status()).isIn(429, 503);
            Shapes.executeError(refusal, refusal.status());
            assertThat(refusal.required("Retry-After")).matches("[0-9]+");
        } finally {
            assertThat(http.send("DELETE", path, new byte[0]).status()).isEqualTo(200);
        }
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

    private static String oneOfMany(int number) {
        return "127.0.66." + (1 + number % 60);
    }

    private void ask(IntFunction<String> address, String request) throws IOException {
        ask(address, request, READERS, BEGUN);
    }

    /** Returns when {@code begun} of the first ones are being answered. */
    private void ask(IntFunction<String> address, String request, int count, int begun) throws IOException {
        int first = readers.size();
        for (int i = 0; i < count; i++) {
            RawConnection reader = RawConnection.lazyReader(address.apply(i), http.base());
            readers.add(reader);
            reader.send(request);
        }
        for (RawConnection reader : readers.subList(first, first + begun)) {
            reader.patience(Duration.ofSeconds(60));
            assertThat(reader.status()).isIn(200, 429, 503);
        }
    }

    /** Each on a connection of its own, which does not wait for long. */
    private void assertServed() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(get("/health/live").status()).isEqualTo(200);
            byte[] body = Json.object("code", "print(1)").getBytes(StandardCharsets.UTF_8);
            try (RawConnection connection = RawConnection.to(http.base())) {
                connection.patience(PATIENCE);
                connection.send(RawConnection.executeHead(body.length));
                connection.send(body);
                assertThat(Shapes.success(connection.answer()).path("output").textValue())
                        .isEqualTo("1\n");
            }
        }
    }

    private Answer get(String path) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(PATIENCE);
            connection.send(RawConnection.head("GET", path));
            Answer answer = connection.answer();
            assertThat(answer.status()).as("%s", path).isEqualTo(200);
            return answer;
        }
    }

    /** Those of the last ones to whom a place was given that others had to leave get what they asked for. */
    private void assertOneRefused() throws IOException {
        Answer answer;
        int last = READERS;
        do {
            answer = readers.get(--last).answer();
        } while (answer.status() == 200 && last > BEGUN);
        Shapes.generalError(answer, 503);
        assertThat(answer.required("Retry-After")).matches("[0-9]+");
    }

    /** By a client that has nothing else kept, whatever others have. */
    private String submitted(String client, String code) {
        String json = Json.object("code", code, "result", true, "timeout", 60);
        Answer answer = http.submit(client, json);
        assertThat(answer.status()).as("%s", answer).isEqualTo(202);
        return answer.required("Location");
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) ((i * 31) >> 3);
        }
        return content;
    }
}
