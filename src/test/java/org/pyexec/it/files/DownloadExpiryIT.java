package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Files that have expired, on a server where they do so after eight seconds. */
@Tag("slow")
@Tag("engine")
@Order(8) // waits for long
@NeedsServer(Setup.ONE_SLOT)
class DownloadExpiryIT {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    private final Server server;
    private final Http http;

    DownloadExpiryIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    /** Waits until files of other classes have expired. */
    @BeforeEach
    void awaitRoom() {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> http.get("/health").json().path("storageUsage").longValue() < 20_000);
    }

    @Test
    void expiryIsTheSettingsTimeFromNow() {
        Instant before = Instant.now();
        ObjectNode json = http.host("a.txt", new byte[3]).json();
        assertThat(Shapes.time(json.path("expires")))
                .isBetween(before.plusMillis(7990), Instant.now().plusMillis(8010));
    }

    @Test
    void expiredTokenIs410() {
        ObjectNode json = http.host("a.txt", new byte[3]).json();
        String url = json.path("downloadUrl").textValue();
        await().atMost(LONG_ENOUGH).until(() -> http.get(url).status() != 200);
        assertThat(Instant.now()).isAfterOrEqualTo(Shapes.time(json.path("expires")));
        Shapes.onlyError(http.get(url), 410, "Download link has expired");
    }

    @Test
    void expiredTokenIs410ForHeadAndRangesToo() {
        String url = http.hosted("a.txt", new byte[30]);
        await().atMost(LONG_ENOUGH).until(() -> http.head(url).status() != 200);
        assertThat(http.head(url).status()).isEqualTo(410);
        assertThat(http.get(url, "Range", "bytes=0-9").status()).isEqualTo(410);
        assertThat(http.get(url, "If-None-Match", "*").status()).isEqualTo(410);
    }

    @Test
    void fileIsThereUntilItsTime() {
        ObjectNode json = http.host("a.txt", new byte[3]).json();
        Instant expires = Shapes.time(json.path("expires"));
        await().atMost(LONG_ENOUGH).pollInterval(Duration.ofMillis(50)).until(() -> {
            Answer answer = http.get(json.path("downloadUrl").textValue());
            Instant answered = Instant.now();
            assertThat(answer.status() == 200 || !answered.isBefore(expires))
                    .as("%s before %s", answer, expires)
                    .isTrue();
            return answer.status() == 410;
        });
    }

    @Test
    void expiryOfOneFileLeavesTheOthers() {
        String old = http.hosted("old.txt", new byte[] {1});
        Deque<String> younger = new ArrayDeque<>();
        await().atMost(LONG_ENOUGH).until(() -> {
            String url = http.hosted("young.txt", new byte[] {2});
            boolean gone = http.get(old).status() == 410;
            younger.addLast(url);
            return gone;
        });
        Answer last = http.get(younger.getLast());
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.body()).containsExactly(2);
    }

    @Test
    void generatedFilesExpireTooAndTheirYoungerSiblingsDoNot() {
        JsonNode old = Shapes.success(http.execute("n = open('a.txt', 'w').write('x')"))
                .at("/generatedFiles/0/downloadUrl");
        Deque<String> younger = new ArrayDeque<>();
        await().atMost(LONG_ENOUGH).until(() -> {
            younger.addLast(Shapes.success(http.execute("n = open('a.txt', 'w').write('y')"))
                    .at("/generatedFiles/0/downloadUrl")
                    .textValue());
            return http.get(old.textValue()).status() == 410;
        });
        assertThat(http.get(younger.getLast()).text()).isEqualTo("y");
    }

    @Test
    void timerRemovesTheContentAndTheTokenStaysKnown() {
        byte[] content = "to be removed by the timer".repeat(1000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        String url = http.hosted("a.txt", content);
        assertThat(largestFile()).isGreaterThanOrEqualTo(content.length);
        await().atMost(Duration.ofMinutes(3)).until(() -> largestFile() < content.length);
        await().atMost(Duration.ofMinutes(3)).until(() -> {
            JsonNode health = http.get("/health").json();
            return health.path("storageUsage").longValue() == 0
                    && health.path("activeDownloads").longValue() == 0;
        });
        Shapes.onlyError(http.get(url), 410, "Download link has expired");
    }

    @Test
    void expiredTokenIsNoInput() {
        String url = http.hosted("a.txt", new byte[3]);
        await().atMost(LONG_ENOUGH).until(() -> http.get(url).status() == 410);
        assertGone(http.post(withFile(url)));
    }

    @Test
    void tokenThatExpiresInTheQueueIsNoInputEither() throws Exception {
        try (HeldSlot held = HeldSlot.take(http)) {
            String url = http.hosted("a.txt", new byte[3]);
            var waiting = http.postLater(withFile(url));
            await().atMost(LONG_ENOUGH).until(() -> http.get(url).status() == 410);
            held.release();
            assertGone(waiting.get(60, TimeUnit.SECONDS));
        }
    }

    private static String withFile(String token) {
        return Json.object("code", "print(1)", "files", List.of(Map.of("filename", "a.txt", "token", token)));
    }

    private static void assertGone(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.json().path("error").textValue()).isEqualTo("Invalid files");
        assertThat(answer.json().path("message").textValue()).contains("has expired");
    }

    private long largestFile() {
        try (Stream<Path> files = Files.walk(server.storage())) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(DownloadExpiryIT::size)
                    .max()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException vanished) {
            return Long.MAX_VALUE;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException vanished) {
            return 0;
        }
    }
}
