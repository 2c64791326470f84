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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;
import org.pyexec.it.support.StorageFolder;

/**
 * Four servers, one after another, on one folder: the first ends in an ordinary way, the heap of the second is used up and the
 * third is killed, both in the middle of work, and the fourth finds what they left.
 *
 * <p>A start costs more than a test, so other questions are asked here too: the interpreter of the first server comes late,
 * and the last one has one slot and no queue.
 */
@Order(1) // waits for long
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartsIT {

    private static final byte[] CONTENT = new byte[100_000];
    /** Longer than a start takes, but on a very busy machine. */
    private static final int TTL_SECONDS = 150;

    static {
        Arrays.fill(CONTENT, (byte) 'x');
    }

    private final Path folder = Server.temporaryFolder();
    private final Path storage = folder.resolve("storage");
    private final Path python = folder.resolve("python3");
    private final StorageFolder left = new StorageFolder(storage);
    private final UnderLoad load = new UnderLoad(storage);

    // what the first server said and left

    private Answer withoutInterpreter;
    private String expiring;
    private Instant expires;
    private List<String> foundAfterTermination;

    // what the second said

    private Answer afterOrdinaryEnd;
    private Instant askedAfterOrdinaryEnd;
    private int exitOutOfMemory;

    // what the third said before it was killed

    private List<String> foldersBefore;
    private String hosted;
    private String generated;
    private Answer downloadBefore;
    private String session;

    private Server last;

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
            HeapEater.useUpHeapOf(server.process(), folder);
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
            // Asking for something else is the sign that what was sent has been given to the server.
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

    // --- the interpreter comes late

    @Tag("engine")
    @Test
    void executeAloneNoticesTheInterpretersArrival() {
        Shapes.executeError(withoutInterpreter, 503);
    }

    // --- an ordinary end

    @Test
    void terminationEndsTheServerAndItsRuns() {
        assertThat(foundAfterTermination).isEmpty();
    }

    @Tag("engine")
    @Test
    void filesAreThereAgainAfterAnOrdinaryEnd() {
        if (askedAfterOrdinaryEnd.isBefore(expires)) {
            assertThat(afterOrdinaryEnd.body()).containsExactly(1, 2, 3);
        } else {
            assertThat(afterOrdinaryEnd.status()).isIn(200, 410);
        }
    }

    /** The last of all: it takes a while. */
    @Tag("engine")
    @Order(Integer.MAX_VALUE)
    @Test
    void expiryIsTheOldOneAfterARestart() {
        Http http = last.http();
        await().atMost(Duration.ofMinutes(4)).until(() -> {
            Answer answer = http.get(expiring);
            assertThat(answer.status() == 200 || !Instant.now().isBefore(expires))
                    .as("%s before %s", answer, expires)
                    .isTrue();
            return answer.status() == 410;
        });
    }

    // --- the end of the heap

    @Test
    void serverWithoutMemoryEndsWithAFailure() {
        assertThat(exitOutOfMemory).isNotZero();
    }

    // --- the kill

    /** The first of all: the last server has nothing but what the others left. */
    @Order(1)
    @Test
    void noFileThatWasAcknowledgedIsLostAndNoHalfOneIsLeft() throws IOException {
        Http http = last.http();
        load.assertIntact(http);
        // The one that expires may do so at any moment.
        List<String> names = left.namesIn("files").stream()
                .filter(name -> !expiring.endsWith(name.substring(0, 36)))
                .toList();
        List<String> tokens =
                names.stream().map(name -> name.substring(0, 36)).distinct().toList();
        assertThat(names).hasSize(2 * tokens.size()).allMatch(name -> name.matches(".*[.](data|meta)"));
        // Those that were stored when nobody could be told any more are whole too: the tag is the digest.
        long stored = 0;
        for (String token : tokens) {
            Answer answer = http.get("/download/" + token);
            assertThat(answer.required("ETag")).isEqualTo('"' + UnderLoad.digest(answer.body()) + '"');
            stored += answer.body().length;
        }
        assertThat(left.namesIn("incoming")).isEmpty();
        assertThat(left.namesIn("runtime")).hasSize(1);
        // Two are not the load's.
        assertThat(tokens).hasSizeGreaterThanOrEqualTo(load.count() + 2);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            int others = http.get(expiring).status() == 200 ? 1 : 0;
            assertThat(http.get("/health").json().path("activeDownloads").intValue())
                    .isEqualTo(tokens.size() + others);
        });
        ObjectNode health = http.get("/health").json();
        assertThat(health.path("storageUsage").longValue()).isBetween(stored, stored + 5_000L * tokens.size());
        Shapes.success(http.execute("print(1)"));
    }

    @Tag("engine")
    @Test
    void programsRunAgainAndNoFolderIsLeft() throws IOException {
        awaitFreeSlot();
        Shapes.success(last.http().execute("print(1)"));
        assertThat(left.folders()).isEqualTo(foldersBefore);
    }

    @Tag("engine")
    @Test
    void filesAreThereAgain() {
        Answer after = last.http().get(hosted);
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.body()).isEqualTo(CONTENT);
        for (String name : List.of("Content-Type", "Content-Disposition", "ETag", "Content-Length")) {
            assertThat(after.required(name)).isEqualTo(downloadBefore.required(name));
        }
        assertThat(last.http().get(generated).text()).isEqualTo("a,b");
    }

    @Tag("engine")
    @Test
    void nothingOfTheHalfFileIsLeft() {
        long known = last.http().get("/health").json().path("storageUsage").longValue();
        await().atMost(Duration.ofSeconds(90)).until(() -> left.bytesHeld() < known + 1_000_000);
    }

    @Tag("engine")
    @Test
    void restartOfTheServerIsTheReasonAfterwards() {
        Http http = last.http();
        Answer answer = http.post(Json.object("code", "x", "session", session));
        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.json().path("sessionId").textValue()).isEqualTo(session);
        assertThat(answer.json().path("reason").textValue()).contains("server was restarted");
        String forged = session.substring(0, 5) + (session.charAt(5) == 'A' ? 'B' : 'A') + session.substring(6);
        assertThat(http.get("/sessions/" + forged).status()).isEqualTo(404);
    }

    // --- one slot and no queue

    @Test
    void secondRunIsRefusedAndASlotThatIsFreeIsGiven() {
        Http http = last.http();
        awaitFreeSlot(); // the probe that found the server ready may still have it
        try (HeldSlot held = HeldSlot.take(http)) {
            Answer busy = http.execute("print(1)");
            assertThat(Shapes.executeError(busy, 503).path("error").textValue()).isEqualTo("Server is busy");
            assertThat(busy.required("Retry-After")).matches("[1-9]\\d*");
            held.release();
        }
        awaitFreeSlot();
        Shapes.success(http.execute("print(1)"));
    }

    @Test
    void slotsAreGivenBackWhateverHappens() {
        Http http = last.http();
        awaitFreeSlot();
        for (String code : new String[] {"print(1)", "1/0", "import os; os.abort()", "import sys; sys.exit(3)"}) {
            http.execute(code);
            awaitFreeSlot();
        }
        http.post("{}");
        http.post("{");
        Shapes.success(http.execute("print(1)"));
    }

    private void awaitFreeSlot() {
        await().atMost(Duration.ofSeconds(60)).until(() -> running() == 0);
    }

    private int running() {
        return last.http().get("/health").json().at("/executions/running").intValue();
    }
}
