package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left, and what is there again, after the server ended. */
class RestartIT {

    private final Path storage = Server.temporaryFolder();
    private final Map<String, String> settings = Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString());

    @AfterEach
    void deleteStorage() {
        Server.deleteFolder(storage);
    }

    @Tag("engine")
    @Test
    void killInTheMiddleOfRunsLeavesNoProcessAndNoFolder() throws IOException {
        List<String> markers = List.of(Processes.marker(), Processes.marker());
        List<ProcessHandle> tree;
        List<String> before;
        try (Server server = Server.start(settings)) {
            Shapes.success(server.http().execute("open('warm.txt', 'w').write('x')"));
            before = folders();
            for (String marker : markers) {
                startRun(server, marker);
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> markers.stream()
                            .noneMatch(marker -> Processes.withArgument(marker).isEmpty()));
            tree = server.process().descendants().toList();
            assertThat(tree).hasSizeGreaterThanOrEqualTo(4);
            server.kill();
        }
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(tree).noneMatch(ProcessHandle::isAlive);
            markers.forEach(marker -> assertThat(Processes.withArgument(marker)).isEmpty());
            assertThat(Processes.mentioning(storage)).isEmpty();
        });
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(storage.toString());
        try (Server again = Server.start(settings)) {
            Shapes.success(again.http().execute("print(1)"));
            assertThat(folders()).isEqualTo(before);
        }
    }

    @Tag("engine")
    @Test
    void filesAreThereAgainAfterAKill() {
        byte[] content = new byte[100_000];
        Arrays.fill(content, (byte) 'x');
        String hosted;
        String generated;
        Answer before;
        try (Server server = Server.start(settings)) {
            generated = Shapes.success(server.http().execute("open('made.csv', 'w').write('a,b')"))
                    .at("/generatedFiles/0/downloadUrl")
                    .textValue();
            hosted = server.http().hosted("grüße.txt", content);
            before = server.http().get(hosted);
            server.kill();
        }
        try (Server again = Server.start(settings)) {
            Answer after = again.http().get(hosted);
            assertThat(after.status()).isEqualTo(200);
            assertThat(after.body()).isEqualTo(content);
            for (String name : List.of("Content-Type", "Content-Disposition", "ETag", "Content-Length")) {
                assertThat(after.required(name)).isEqualTo(before.required(name));
            }
            assertThat(again.http().get(generated).text()).isEqualTo("a,b");
            ObjectNode health = again.http().get("/health").json();
            assertThat(health.path("activeDownloads").intValue()).isEqualTo(2);
            assertThat(health.path("storageUsage").longValue()).isBetween(100_003L, 110_000L);
        }
    }

    @Tag("engine")
    @Test
    void filesAreThereAgainAfterAnOrdinaryEnd() {
        String hosted;
        try (Server server = Server.start(settings)) {
            hosted = server.http().hosted("a.txt", new byte[] {1, 2, 3});
        }
        try (Server again = Server.start(settings)) {
            assertThat(again.http().get(hosted).body()).containsExactly(1, 2, 3);
        }
    }

    @Tag("engine")
    @Test
    void expiryIsTheOldOneAfterARestart() {
        String hosted;
        Instant expires;
        try (Server server = Server.start(with("FILE_TTL_SECONDS", "60"))) {
            ObjectNode json = server.http().host("a.txt", new byte[3]).json();
            hosted = json.path("downloadUrl").textValue();
            expires = Shapes.time(json.path("expires"));
            server.kill();
        }
        try (Server again = Server.start(settings)) {
            Http http = again.http();
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                Answer answer = http.get(hosted);
                assertThat(answer.status() == 200 || !Instant.now().isBefore(expires))
                        .as("%s before %s", answer, expires)
                        .isTrue();
                return answer.status() == 410;
            });
        }
    }

    @Tag("engine")
    @Test
    void killInTheMiddleOfAnUploadLeavesNothingOfIt() throws IOException {
        Multipart form = Multipart.of(Multipart.file("half.bin", new byte[10_000_000]));
        try (Server server = Server.start(settings)) {
            try (RawConnection connection = RawConnection.to(server.baseUrl())) {
                connection.send(RawConnection.head(
                        "POST",
                        "/host",
                        "Content-Type",
                        form.contentType(),
                        "Content-Length",
                        Integer.toString(form.body().length)));
                connection.send(Arrays.copyOf(form.body(), 6_000_000));
                // Asking for something else is the sign that what was sent has been given to the server.
                assertThat(server.http().get("/health").status()).isEqualTo(200);
                server.kill();
            }
        }
        try (Server again = Server.start(settings)) {
            ObjectNode health = again.http().get("/health").json();
            assertThat(health.path("activeDownloads").intValue()).isZero();
            assertThat(health.path("storageUsage").longValue()).isZero();
            await().atMost(Duration.ofSeconds(90)).until(() -> bytesHeld() < 1_000_000);
        }
    }

    @Test
    void terminationEndsTheServerAndItsRunsWithinFiveSeconds() {
        String marker = Processes.marker();
        try (Server server = Server.start(settings)) {
            startRun(server, marker);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Processes.withArgument(marker).isEmpty());
            List<ProcessHandle> tree = Stream.concat(
                            Stream.of(server.process()), server.process().descendants())
                    .toList();
            server.terminate();
            await().atMost(Duration.ofSeconds(5)).until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(Processes.withArgument(marker)).isEmpty();
            assertThat(Processes.mentioning(storage)).isEmpty();
        }
    }

    private void startRun(Server server, String marker) {
        CompletableFuture<Answer> lost =
                server.http().executeLater(Processes.startDaemon(marker) + "while True: pass", 60);
        assertThat(lost).isNotDone();
    }

    private Map<String, String> with(String name, String value) {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put(name, value);
        return all;
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
