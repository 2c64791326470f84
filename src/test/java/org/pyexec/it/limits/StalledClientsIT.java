package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Clients that send or read nothing for a long time. */
@Order(2) // waits for long
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StalledClientsIT {

    private static final int CLIENTS = 100;

    private static final String FORM =
            new String(Multipart.of(Multipart.file("a.bin", new byte[100_000])).body(), StandardCharsets.ISO_8859_1);

    private static final List<String> BEGINNINGS = List.of(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: appl",
            RawConnection.head("POST", "/execute", "Content-Type", "application/json", "Content-Length", "1000")
                    + "{\"code\":\"pri",
            RawConnection.head("POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked")
                    + "400\r\n{\"code\":\"pri",
            RawConnection.head(
                            "POST",
                            "/host",
                            "Content-Type",
                            Multipart.of().contentType(),
                            "Content-Length",
                            Integer.toString(FORM.length()))
                    + FORM.substring(0, 30_000));

    private static final byte[] BODY = Json.object("code", "print('patience')").getBytes(StandardCharsets.UTF_8);

    private final Server server;
    private final Http http;

    // the slow client, beside the others

    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger at = new AtomicInteger();
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private RawConnection slow;
    private ScheduledFuture<?> pieces;

    StalledClientsIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    /** A hundred clients each stop in the head, in a body, in a chunk and in a form; programs run before any of them times out. */
    @Test
    void stalledClientsDoNotSlowDownARunAndAreCutOff() throws IOException {
        List<RawConnection> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                for (String beginning : BEGINNINGS) {
                    RawConnection connection = RawConnection.to(http.base());
                    stalled.add(connection);
                    connection.send(beginning);
                }
            }
            for (int i = 0; i < 5; i++) {
                assertThat(Shapes.success(http.execute("print('beside')"))
                                .path("output")
                                .textValue())
                        .isEqualTo("beside\n");
            }
            assertThat(http.get("/health").status()).isEqualTo(200);
            assertThat(http.host("a.txt", new byte[1000]).status()).isEqualTo(200);
            for (RawConnection last : stalled.subList(stalled.size() - BEGINNINGS.size(), stalled.size())) {
                assertStillOpen(last);
            }
            for (int i = 0; i < stalled.size(); i++) {
                RawConnection connection = stalled.get(i);
                String beginning = BEGINNINGS.get(i % BEGINNINGS.size());
                connection.patience(Duration.ofSeconds(60));
                answerOrEnd(connection, beginning).ifPresent(answer -> {
                    assertThat(answer.status()).as(beginning).isEqualTo(408);
                    Shapes.noInside(answer);
                });
            }
        } finally {
            closeAll(stalled);
        }
    }

    /** Takes more than 30 seconds, but sends a byte at least every two seconds. */
    @BeforeAll
    void beginSlowly() throws IOException {
        slow = RawConnection.to(http.base());
        slow.send(RawConnection.executeHead(BODY.length));
        pieces = pace.scheduleAtFixedRate(this::sendNext, 0, 1200, TimeUnit.MILLISECONDS);
    }

    @AfterAll
    void stopPace() throws IOException {
        pace.shutdownNow();
        slow.close();
    }

    /** Runs last: the other tests run at the same time as the slow client and take as long. */
    @Order(Integer.MAX_VALUE)
    @Tag("not-openliberty") // passes a body on in blocks of 32 KiB
    @Test
    void slowClientThatMakesProgressIsAnswered() throws Exception {
        sent.get(3, TimeUnit.MINUTES);
        assertThat(pieces.isDone()).isFalse();
        assertThat(Shapes.success(slow.answer()).path("output").textValue()).isEqualTo("patience\n");
    }

    @Test
    void clientsThatDoNotReadTheirDownloadCostNoMemory() throws Exception {
        String url = http.hosted("large.bin", new byte[20 * 1024 * 1024]);
        assertThat(http.get(url).status()).isEqualTo(200);
        long before = Processes.residentBytes(server.process());
        List<RawConnection> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                RawConnection reader = RawConnection.lazyReader(http.base());
                readers.add(reader);
                reader.send(RawConnection.head("GET", url));
            }
            for (RawConnection reader : readers) {
                assertThat(reader.status()).isEqualTo(200);
            }
            assertThat(Processes.residentBytes(server.process()) - before).isLessThan(400L * 1024 * 1024);
            Shapes.success(http.execute("print(1)"));
        } finally {
            closeAll(readers);
        }
    }

    /** The server has sent nothing yet: what ran beside these clients did not wait for their end. */
    private static void assertStillOpen(RawConnection connection) throws IOException {
        connection.patience(Duration.ofMillis(1));
        try {
            throw new AssertionError("given up while runs were answered: " + connection.answerOrEnd());
        } catch (SocketTimeoutException nothingYet) {
            connection.patience(Duration.ofSeconds(60));
        }
    }

    private static Optional<Answer> answerOrEnd(RawConnection connection, String beginning) throws IOException {
        try {
            return connection.answerOrEnd();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither an answer nor an end after " + beginning, e);
        }
    }

    private void sendNext() {
        if (sent.isDone()) {
            return;
        }
        try {
            slow.send(new byte[] {BODY[at.getAndIncrement()]});
            if (at.get() == BODY.length) {
                sent.complete(null);
            }
        } catch (IOException e) {
            sent.completeExceptionally(e);
        }
    }

    private static void closeAll(List<RawConnection> connections) throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
    }
}
