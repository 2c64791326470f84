package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.OpenDescriptors;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;
import org.pyexec.it.support.StoredFiles;

/** Thousands of idle connections and hundreds of slow uploads at the same time. */
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class ManyConnectionsIT {

    private static final int IDLE = 2_000;
    private static final int SLOW = 200;
    /** Larger than the part of a body that the server keeps in memory. */
    private static final int FIRST_PART = 300_000;
    /** Descriptors that a server may keep open: connections of our own client, selectors of new threads. */
    private static final int KEPT_DESCRIPTORS = 64;

    private static final int BROKEN = 100;

    private final Server server;
    private final Http http;

    ManyConnectionsIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    private final List<RawConnection> idle = new ArrayList<>();
    private final List<RawConnection> slow = new ArrayList<>();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private Future<?> goesOn = CompletableFuture.completedFuture(null);
    private int sent; // of each slow body; guarded by slow

    @AfterEach
    void stopPace() {
        pace.shutdownNow();
    }

    @Test
    void serviceBesideThemIsAsEverAndAllIsGivenBack() throws IOException {
        assertServed();
        int before = descriptors();
        byte[] content = new byte[FIRST_PART + 50_000];
        Arrays.fill(content, (byte) 'x');
        Multipart form = Multipart.of(Multipart.file("slow.bin", content));
        try {
            openIdleOnes();
            beginUploads(form);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(StoredFiles.unfinished(server.storage()))
                            .as("uploads on their way")
                            .hasSize(SLOW));

            for (int i = 0; i < 5; i++) {
                assertServed();
            }

            assertStillOpen(idle.get(IDLE - 1));
            endUploads(form, content.length);
            assertThat(http.get("/health").json().path("activeDownloads").intValue())
                    .isGreaterThanOrEqualTo(SLOW);
        } finally {
            closeAll(idle);
            closeAll(slow);
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(OpenDescriptors.deletedFiles(server.process())).isEmpty();
            assertThat(server.storage().resolve("incoming")).isEmptyDirectory();
            assertThat(StoredFiles.unfinished(server.storage())).isEmpty();
            assertThat(descriptors()).isLessThanOrEqualTo(before + KEPT_DESCRIPTORS);
        });
        assertServed();
    }

    @Test
    void uploadsThatAreBrokenOffLeaveNothing() throws IOException {
        Multipart form = Multipart.of(Multipart.file("slow.bin", new byte[2 * FIRST_PART]));
        assertServed();
        int before = descriptors();
        long held = http.get("/health").json().path("storageUsage").longValue();
        try {
            beginUploads(form);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> StoredFiles.unfinished(server.storage()).size() == SLOW);
        } finally {
            goesOn.cancel(false);
            closeAll(slow);
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(OpenDescriptors.deletedFiles(server.process())).isEmpty();
            assertThat(StoredFiles.unfinished(server.storage())).isEmpty();
            assertThat(descriptors()).isLessThanOrEqualTo(before + KEPT_DESCRIPTORS);
        });
        assertThat(http.get("/health").json().path("storageUsage").longValue()).isEqualTo(held);
    }

    /** A stack trace for each of them would fill the disk on which the log is. */
    @Test
    void clientsThatBreakOffInTheAnswerAreNoErrorsInTheLog() throws IOException {
        int before = server.log().length();

        breakOffInTheAnswer("no-error", "print('x' * 1_000_000)");

        assertThat(server.log().substring(before)).doesNotContain("SEVERE", "WARNING", "\tat ", "Exception");
    }

    @Test
    void bodyOfAClientThatBreaksOffInTheAnswerIsGivenBack() throws IOException {
        breakOffInTheAnswer("large-body", "print('x' * 1_000_000) #" + "x".repeat(2 * FIRST_PART));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(OpenDescriptors.deletedFiles(server.process()))
                        .isEmpty());
    }

    /** A hundred clients, one after another, that read no more than the head of the answer. */
    private void breakOffInTheAnswer(String id, String code) throws IOException {
        String body = Json.object("code", code);
        for (int i = 0; i < BROKEN; i++) {
            try (RawConnection connection = RawConnection.lazyReader(http.base())) {
                connection.send(RawConnection.executeHead(body.length(), "X-Request-ID", id + "-" + i) + body);
                assertThat(connection.status()).isEqualTo(200);
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        http.get("/health").json().at("/executions/running").intValue() == 0);
    }

    private void openIdleOnes() throws IOException {
        for (int i = 0; i < IDLE; i++) {
            idle.add(RawConnection.to(http.base()));
        }
    }

    private void beginUploads(Multipart form) throws IOException {
        String head = RawConnection.head(
                "POST",
                "/host",
                "Content-Type",
                form.contentType(),
                "Content-Length",
                Integer.toString(form.body().length));
        byte[] beginning = Arrays.copyOf(form.body(), FIRST_PART);
        synchronized (slow) {
            for (int i = 0; i < SLOW; i++) {
                RawConnection connection = RawConnection.to(http.base());
                slow.add(connection);
                connection.send(head);
                connection.send(beginning);
            }
            sent = FIRST_PART;
        }
        // These clients must stay slow but not stalled, however long the rest of the test takes.
        goesOn = pace.scheduleAtFixedRate(() -> sendOneByteMore(form), 5, 5, TimeUnit.SECONDS);
    }

    private void sendOneByteMore(Multipart form) {
        synchronized (slow) {
            byte[] next = {form.body()[sent++]};
            for (RawConnection connection : slow) {
                try {
                    connection.send(next);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void endUploads(Multipart form, int size) throws IOException {
        goesOn.cancel(false);
        synchronized (slow) {
            byte[] rest = Arrays.copyOfRange(form.body(), sent, form.body().length);
            for (RawConnection connection : slow) {
                connection.send(rest);
            }
        }
        for (RawConnection connection : slow) {
            Answer answer = connection.answer();
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.json().path("size").intValue()).isEqualTo(size);
        }
    }

    private void assertServed() {
        assertThat(Shapes.success(http.execute("print('beside')"))
                        .path("output")
                        .textValue())
                .isEqualTo("beside\n");
        assertThat(http.get("/health/live").status()).isEqualTo(200);
        byte[] content = {1, 2, 3};
        assertThat(http.get(http.hosted("a.bin", content)).body()).isEqualTo(content);
    }

    /** The server has sent nothing and has not closed the connection: other requests did not wait for it. */
    private static void assertStillOpen(RawConnection connection) throws IOException {
        connection.patience(Duration.ofMillis(1));
        try {
            throw new AssertionError("closed while others were served: " + connection.answerOrEnd());
        } catch (SocketTimeoutException nothingYet) {
            connection.patience(Duration.ofSeconds(60));
        }
    }

    private int descriptors() throws IOException {
        return OpenDescriptors.descriptors(server.process()).size();
    }

    private static void closeAll(List<RawConnection> connections) throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
        connections.clear();
    }
}
