package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A server is killed while programs run and a file comes in; what is left, and what the next server finds. */
@Tag("engine")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledServerIT {

    private static final byte[] CONTENT = new byte[100_000];

    static {
        Arrays.fill(CONTENT, (byte) 'x');
    }

    private final Path storage = Server.temporaryFolder();
    private final Map<String, String> settings = Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString());
    private final List<String> markers = List.of(Processes.marker(), Processes.marker());
    private List<ProcessHandle> killed;
    private List<String> foldersBefore;
    private String hosted;
    private String generated;
    private Answer downloadBefore;
    private Server again;

    @BeforeAll
    void killAndStartAgain() throws IOException {
        try (Server server = Server.start(settings)) {
            Http http = server.http();
            generated = Shapes.success(http.execute("open('made.csv', 'w').write('a,b')"))
                    .at("/generatedFiles/0/downloadUrl")
                    .textValue();
            hosted = http.hosted("grüße.txt", CONTENT);
            downloadBefore = http.get(hosted);
            foldersBefore = folders();
            markers.forEach(marker -> startRun(http, marker));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> markers.stream()
                            .noneMatch(marker -> Processes.withArgument(marker).isEmpty()));
            killed = server.process().descendants().toList();
            assertThat(killed).hasSizeGreaterThanOrEqualTo(4);
            try (RawConnection connection = RawConnection.to(server.baseUrl())) {
                sendHalfOfAFile(connection);
                // Asking for something else is the sign that what was sent has been given to the server.
                assertThat(http.get("/health").status()).isEqualTo(200);
                server.kill();
            }
        }
        await().atMost(Duration.ofSeconds(15)).untilAsserted(this::noProcessIsLeft);
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(storage.toString());
        again = Server.start(settings);
    }

    @AfterAll
    void end() {
        if (again != null) {
            again.close();
        }
        Server.deleteFolder(storage);
    }

    private static void startRun(Http http, String marker) {
        CompletableFuture<Answer> lost = http.executeLater(Processes.startDaemon(marker) + "while True: pass", 60);
        assertThat(lost).isNotDone();
    }

    private static void sendHalfOfAFile(RawConnection connection) throws IOException {
        Multipart form = Multipart.of(Multipart.file("half.bin", new byte[10_000_000]));
        connection.send(RawConnection.head(
                "POST",
                "/host",
                "Content-Type",
                form.contentType(),
                "Content-Length",
                Integer.toString(form.body().length)));
        connection.send(Arrays.copyOf(form.body(), 6_000_000));
    }

    private void noProcessIsLeft() {
        assertThat(killed).noneMatch(ProcessHandle::isAlive);
        markers.forEach(marker -> assertThat(Processes.withArgument(marker)).isEmpty());
        assertThat(Processes.mentioning(storage)).isEmpty();
    }

    @Test
    void programsRunAgainAndNoFolderIsLeft() throws IOException {
        Shapes.success(again.http().execute("print(1)"));
        assertThat(folders()).isEqualTo(foldersBefore);
    }

    @Test
    void filesAreThereAgain() {
        Answer after = again.http().get(hosted);
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.body()).isEqualTo(CONTENT);
        for (String name : List.of("Content-Type", "Content-Disposition", "ETag", "Content-Length")) {
            assertThat(after.required(name)).isEqualTo(downloadBefore.required(name));
        }
        assertThat(again.http().get(generated).text()).isEqualTo("a,b");
    }

    @Test
    void nothingOfTheHalfFileIsLeft() {
        ObjectNode health = again.http().get("/health").json();
        assertThat(health.path("activeDownloads").intValue()).isEqualTo(2);
        assertThat(health.path("storageUsage").longValue()).isBetween(100_003L, 110_000L);
        await().atMost(Duration.ofSeconds(90)).until(() -> bytesHeld() < 1_000_000);
    }

    /** The folders, with a number for names that differ at every start; a folder that is left behind adds one. */
    private List<String> folders() throws IOException {
        try (Stream<Path> entries = Files.walk(storage)) {
            return entries.filter(Files::isDirectory)
                    .map(folder -> storage.relativize(folder).toString())
                    .map(name -> name.replaceAll("[0-9a-f]{8,}", "*"))
                    .sorted()
                    .toList();
        }
    }

    private long bytesHeld() {
        try (Stream<Path> entries = Files.walk(storage)) {
            return entries.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
