package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;
import org.pyexec.it.support.StorageFolder;

/**
 * Four servers, one after another, on one folder: the first gets SIGTERM, the second exhausts its heap and the third gets
 * SIGKILL, both in the middle of work, and the fourth finds what they left.
 *
 * <p>A start costs more than a test, so these servers have other settings to test, too: the first gets its interpreter late,
 * and the last one has one slot and no queue.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RestartScenario {

    static final byte[] CONTENT = new byte[100_000];
    /** Longer than a start takes, except on a very busy machine. */
    private static final int TTL_SECONDS = 150;

    static {
        Arrays.fill(CONTENT, (byte) 'x');
    }

    private final Path folder = Server.temporaryFolder();
    private final Path storage = folder.resolve("storage");
    private final Path python = folder.resolve("python3");
    final StorageFolder left = new StorageFolder(storage);
    final LoadClients load = new LoadClients(storage);

    // what the first server said and left

    Answer withoutInterpreter;
    String expiring;
    Instant expires;
    List<String> foundAfterTermination;

    // what the second said

    Answer afterOrdinaryEnd;
    Instant askedAfterOrdinaryEnd;
    int exitOutOfMemory;

    // what the third said before it was killed

    List<String> foldersBefore;
    String hosted;
    String generated;
    Answer downloadBefore;
    String session;

    Server last;

    @BeforeAll
    void startEndAndStartAgain() throws Exception {
        try (Server first = Server.startAlive(with("FILE_TTL_SECONDS", Integer.toString(TTL_SECONDS)))) {
            letTheInterpreterCome(first.http());
            ObjectNode json = first.http().host("a.txt", new byte[] {1, 2, 3}).json();
            expiring = json.path("downloadUrl").textValue();
            expires = Shapes.time(json.path("expires"));
            terminateWhileAProgramRuns(first);
        }
        try (Server second = Server.startAgain(with("JAVA_TOOL_OPTIONS", "-Xmx384m"))) {
            afterOrdinaryEnd = second.http().get(expiring);
            askedAfterOrdinaryEnd = Instant.now();
            runOutOfMemoryWhileAProgramRuns(second);
        }
        try (Server third = Server.startAgain(with())) {
            load.assertIntact(third.http());
            killWhileMuchIsGoingOn(third);
        }
        last = Server.startAgain(with("MAX_CONCURRENT_EXECUTIONS", "1", "MAX_QUEUED_EXECUTIONS", "0"));
    }

    @AfterAll
    void end() {
        if (last != null) {
            last.close();
        }
        assertThat(Processes.mentioning(storage)).isEmpty();
        Server.deleteFolder(folder);
    }

    private Map<String, String> with(String... settings) {
        Map<String, String> all = new HashMap<>(
                Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString(), "PYTHON", python.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return all;
    }

    private void letTheInterpreterCome(Http http) throws IOException {
        withoutInterpreter = http.execute("print(1)");
        Files.createSymbolicLink(python, Path.of("/usr/bin/python3"));
        await().atMost(Duration.ofSeconds(90))
                .until(() -> http.execute("print(1)").status() == 200);
    }

    private void terminateWhileAProgramRuns(Server server) {
        String marker = Processes.marker();
        startRun(server.http(), marker);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !Processes.withArgument(marker).isEmpty());
        List<ProcessHandle> tree = Stream.concat(
                        Stream.of(server.process()), server.process().descendants())
                .toList();
        server.terminate();
        await().atMost(Duration.ofSeconds(60)).until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
        foundAfterTermination = Stream.concat(
                        Processes.withArgument(marker).stream(), Processes.mentioning(storage).stream())
                .map(ProcessHandle::toString)
                .toList();
    }

    /** It ends at once, with everything that it has started, so that whoever watches it starts it again. */
    private void runOutOfMemoryWhileAProgramRuns(Server server) throws Exception {
        String marker = Processes.marker();
        CompletableFuture<Answer> running =
                server.http().executeLater(Processes.startDaemon(marker) + "while True: pass", 60);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !Processes.withArgument(marker).isEmpty());
        load.endInTheMiddle(server, () -> {
            HeapExhauster.useUpHeapOf(server.process(), folder);
            await().atMost(Duration.ofSeconds(60)).until(() -> !server.process().isAlive());
        });
        exitOutOfMemory = server.exitCode();
        assertThat(running).failsWithin(Duration.ofSeconds(30));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(Processes.withArgument(marker)).isEmpty();
            assertThat(Processes.mentioning(storage)).isEmpty();
        });
    }

    private void killWhileMuchIsGoingOn(Server server) throws Exception {
        Http http = server.http();
        generated = Shapes.success(http.execute("open('made.csv', 'w').write('a,b')"))
                .at("/generatedFiles/0/downloadUrl")
                .textValue();
        hosted = http.hosted("grüße.txt", CONTENT);
        downloadBefore = http.get(hosted);
        session = http.send("POST", "/sessions", new byte[0])
                .json()
                .path("sessionId")
                .textValue();
        Shapes.success(http.post(Json.object("code", "x = 1", "session", session)));
        foldersBefore = left.folders();
        List<String> markers = List.of(Processes.marker(), Processes.marker());
        markers.forEach(marker -> startRun(http, marker));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> markers.stream()
                        .noneMatch(marker -> Processes.withArgument(marker).isEmpty()));
        List<ProcessHandle> killed = server.process().descendants().toList();
        assertThat(killed).hasSizeGreaterThanOrEqualTo(4);
        try (RawConnection connection = RawConnection.to(server.baseUrl())) {
            sendHalfOfAFile(connection);
            // An answer to another request shows that the server has received the bytes that were sent before.
            assertThat(http.get("/health").status()).isEqualTo(200);
            load.endInTheMiddle(server, server::kill);
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(killed).noneMatch(ProcessHandle::isAlive);
            markers.forEach(marker -> assertThat(Processes.withArgument(marker)).isEmpty());
            assertThat(Processes.mentioning(storage)).isEmpty();
        });
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(storage.toString());
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
}
