package org.pyexec.it.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** {@code /sessions/{id}/files}: what clients put into sessions, list, get and remove between two programs. */
class SessionFilesIT extends SessionCalls {

    private static final int LARGEST = 20 << 20;
    private static final String LOOP = "import time\nwhile True: time.sleep(0.01)\n";

    SessionFilesIT(Http http) {
        super(http);
    }

    private static String files(String session) {
        return "/sessions/" + session + "/files";
    }

    private Answer put(String session, String path, byte[] content, String... headers) {
        return http.send("PUT", files(session) + "/" + path, content, headers);
    }

    private Answer put(String session, String path, String content, String... headers) {
        return put(session, path, content.getBytes(UTF_8), headers);
    }

    private Answer get(String session, String path, String... headers) {
        return http.get(files(session) + "/" + path, headers);
    }

    private Answer delete(String session, String path) {
        return http.send("DELETE", files(session) + "/" + path, new byte[0]);
    }

    private List<String> listed(String session) {
        Answer answer = http.get(files(session));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return Json.texts(answer.json().path("files"), "path");
    }

    // --- the ordinary way

    @Test
    void clientAndProgramsShareFiles() {
        String id = open();
        Answer created = put(id, "data/in.csv", "a,b\n1,2\n", "Content-Type", "text/csv");
        assertThat(created.status()).as("%s", created).isEqualTo(201);
        assertThat(created.required("Location")).isEqualTo(files(id) + "/data/in.csv");
        assertThat(Json.fields(created.json())).containsExactly("path", "size", "modified");
        assertThat(created.json().path("path").textValue()).isEqualTo("data/in.csv");
        assertThat(created.json().path("size").intValue()).isEqualTo(8);
        assertThat(Shapes.time(created.json().path("modified")))
                .isAfter(Instant.now().minusSeconds(60));

        ObjectNode run =
                Shapes.success(run(id, "print(open('data/in.csv').read())\nopen('out.txt', 'w').write('out')"));
        assertThat(run.path("output").textValue()).isEqualTo("a,b\n1,2\n\n");
        assertThat(Json.texts(run.path("generatedFiles"), "filename")).containsExactly("out.txt");

        Answer list = http.get(files(id));
        assertThat(Json.fields(list.json())).containsExactly("files", "truncated", "skippedFiles", "skippedFileCount");
        assertThat(list.json().path("files").get(0)).isEqualTo(created.json());
        assertThat(Json.texts(list.json().path("files"), "path")).containsExactly("data/in.csv", "out.txt");
        assertThat(list.json().path("truncated").booleanValue()).isFalse();

        assertThat(get(id, "out.txt").text()).isEqualTo("out");
        Answer replaced = put(id, "out.txt", "other");
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.json().path("size").intValue()).isEqualTo(5);
        assertThat(result(run(id, "open('out.txt').read()"))).isEqualTo("'other'");

        Answer deleted = delete(id, "data/in.csv");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        for (Answer answer : List.of(get(id, "data/in.csv"), delete(id, "data/in.csv"), get(id, "never"))) {
            assertThat(Shapes.generalError(answer, 404).path("message").textValue())
                    .isEqualTo("There is no file of this path in the session.");
        }
        assertThat(listed(id)).containsExactly("out.txt");
    }

    @Test
    void fileComesAsADownloadDoes() {
        String id = open();
        byte[] content = "<script>alert(1)</script>".getBytes(UTF_8);
        put(id, "page%20%C3%A9.html", content);
        Answer got = get(id, "page%20%C3%A9.html");
        Answer downloaded = http.get(http.hosted("page é.html", content));
        assertThat(got.body()).isEqualTo(content);
        for (String name : List.of(
                "Content-Type",
                "Content-Length",
                "Content-Disposition",
                "Content-Security-Policy",
                "X-Content-Type-Options",
                "Cache-Control",
                "ETag",
                "Accept-Ranges")) {
            assertThat(got.required(name)).as(name).isEqualTo(downloaded.required(name));
        }
        Answer head = http.head(files(id) + "/page%20%C3%A9.html");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String name : List.of("Content-Type", "Content-Length", "Content-Disposition", "ETag")) {
            assertThat(head.required(name)).as(name).isEqualTo(got.required(name));
        }
        assertThat(http.head(files(id) + "/none").status()).isEqualTo(404);
        put(id, "d/page.html", content);
        assertThat(get(id, "d/page.html").required("Content-Disposition")).endsWith("filename*=UTF-8''d%252Fpage.html");
        Answer part = get(id, "page%20%C3%A9.html", "Range", "bytes=1-6");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("script");
        Shapes.generalError(get(id, "page%20%C3%A9.html", "Range", "bytes=100-"), 416);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain",
                "image/png"
            })
    void bodyIsTheFileWhateverItsType(String type) {
        String id = open();
        String body = "a=1&b=2";
        Answer answer = type.isEmpty() ? put(id, "f", body) : put(id, "f", body, "Content-Type", type);
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        assertThat(get(id, "f").text()).isEqualTo(body);
    }

    @Test
    void emptyBodyIsAnEmptyFileAndACompressedOneIsDecoded() throws IOException {
        String id = open();
        assertThat(put(id, "empty", "").status()).isEqualTo(201);
        assertThat(get(id, "empty").body()).isEmpty();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("text".repeat(1000).getBytes(UTF_8));
        }
        assertThat(put(id, "unpacked", packed.toByteArray(), "Content-Encoding", "gzip")
                        .json()
                        .path("size")
                        .intValue())
                .isEqualTo(4000);
    }

    // --- names

    @Test
    void namesAreOneToOne() {
        String id = open();
        Shapes.success(run(id, """
                for name in (b'a\\nb', b'a\\\\b', b'\\xff', b'%0A', 'x y é.txt'.encode(), b'a;b', b'a#b?c'):
                    with open(name, 'wb') as file: file.write(name)
                """));
        List<String> names = listed(id);
        assertThat(names).containsExactlyInAnyOrder("a%0Ab", "a\\b", "%FF", "%250A", "x y é.txt", "a;b", "a#b?c");
        List<String> contents = new ArrayList<>();
        byte[] large = new byte[100_000]; // it does not come together with the head of the request
        for (String name : names) {
            Answer answer = get(id, encoded(name));
            if (answer.status() == 400) { // some servers do not take these, even encoded
                assertThat(name).isIn("a\\b", "a;b", "a#b?c");
                continue;
            }
            assertThat(answer.status()).as("%s: %s", name, answer).isEqualTo(200);
            contents.add(Arrays.toString(answer.body()));
            assertThat(put(id, encoded(name), large).status()).as(name).isEqualTo(200);
        }
        assertThat(contents).doesNotHaveDuplicates();
        assertThat(listed(id)).isEqualTo(names);
    }

    private static String encoded(String name) {
        StringBuilder text = new StringBuilder();
        for (byte octet : name.getBytes(UTF_8)) {
            boolean plain = octet == '.' || (octet > 0 && Character.isLetterOrDigit(octet));
            text.append(plain ? Character.toString(octet) : "%%%02X".formatted(octet));
        }
        return text.toString();
    }

    /** A server that takes no encoded slash says so; where it does, it is a slash. */
    @Test
    void encodedSlashIsASlashOrRefused() {
        String id = open();
        Answer answer = put(id, "d%2Ff", "x");
        assertThat(answer.status()).as("%s", answer).isIn(201, 400, 404);
        assertThat(listed(id)).isEqualTo(answer.status() == 201 ? List.of("d/f") : List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../../../etc/passwd",
                "%2e%2e/%2e%2e/etc/passwd",
                "..%2F..%2Fetc%2Fpasswd",
                "%2Fetc%2Fpasswd",
                "a%00b",
                "a/./b",
                "%FF",
                "%2F%0A"
            })
    void pathThatLeavesTheFolderIsRefused(String path) throws IOException {
        String id = open();
        for (String method : List.of("GET", "DELETE", "PUT")) {
            Answer answer = RawConnection.exchange(
                    "127.0.0.1", http.base(), method, files(id) + "/" + path, "Content-Length", "0");
            assertThat(answer.status()).as("%s %s: %s", method, path, answer).isIn(400, 404, 405);
            assertThat(answer.text()).doesNotContain("root:");
        }
        assertThat(listed(id)).isEmpty();
        assertThat(state(id).path("status").textValue()).isEqualTo("idle");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEPTH", "COMPONENT", "WHOLE"})
    void pathsAreBounded(String kind) {
        String id = open();
        String path = switch (kind) {
            case "DEPTH" -> "d/".repeat(32) + "f";
            case "COMPONENT" -> "x".repeat(256);
            default -> ("d".repeat(200) + "/").repeat(6) + "f";
        };
        Shapes.generalError(put(id, path, "x"), 400);
        Shapes.generalError(get(id, path), 400);
        assertThat(put(id, "d/".repeat(31) + "f", "x").status()).isEqualTo(201);
    }

    // --- what is refused

    @Test
    void unknownSessionAndOneThatHasEndedAnswerAsEverywhere() {
        String id = open();
        put(id, "f", "x");
        http.send("DELETE", "/sessions/" + id, new byte[0]);
        for (Answer answer : List.of(http.get(files(id)), get(id, "f"), put(id, "f", "y"), delete(id, "f"))) {
            assertExpired(answer, id, "It was deleted");
            assertThat(Json.fields(answer.json()))
                    .isEqualTo(Json.fields(http.get("/sessions/" + id).json()));
        }
        String unknown = "A".repeat(38);
        for (Answer answer :
                List.of(http.get(files(unknown)), get(unknown, "f"), put(unknown, "f", "y"), delete(unknown, "f"))) {
            assertThat(Shapes.generalError(answer, 404).path("message").textValue())
                    .isEqualTo("There is no session of this id.");
        }
        assertThat(http.head(files(id) + "/f").status()).isEqualTo(410);
    }

    @Test
    void sessionThatAProgramHasReplacedOrEndedHasNoFiles() {
        String id = open();
        put(id, "f", "x");
        ObjectNode last = run(id, "import os\nos.execv('/bin/true', ['true'])").json();
        assertThat(last.at("/run/session").textValue()).isEqualTo("ended");
        for (Answer answer : List.of(http.get(files(id)), get(id, "f"), put(id, "f", "y"), delete(id, "f"))) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(410);
        }
    }

    @Test
    void fileThatIsTooLargeIsRefused() {
        String id = open();
        Answer answer = put(id, "f", new byte[LARGEST + 1]);
        assertThat(Shapes.generalError(answer, 413).path("error").textValue()).isEqualTo("File too large");
        assertThat(listed(id)).isEmpty();
    }

    @Test
    void diskOfTheSessionIsBounded() {
        String id = open();
        byte[] large = new byte[LARGEST];
        Arrays.fill(large, (byte) 'x');
        for (int number = 0; number < 3; number++) {
            assertThat(put(id, "large" + number, large).status()).isEqualTo(201);
        }
        ObjectNode full = Shapes.generalError(put(id, "large0", large), 507);
        assertThat(full.path("error").textValue()).isEqualTo("Disk full");
        assertThat(full.path("message").textValue()).contains("64 MB");
        assertThat(get(id, "large0").body()).isEqualTo(large);
        assertThat(delete(id, "large1").status()).isEqualTo(204);
        assertThat(put(id, "large0", large).status()).isEqualTo(200);
    }

    @Test
    void onlyWholeFilesArePut() {
        String id = open();
        Shapes.generalError(put(id, "f", "x", "Content-Range", "bytes 0-0/10"), 400);
        Answer post = http.send("POST", files(id) + "/f", new byte[] {'x'});
        assertThat(Shapes.generalError(post, 405)).isNotNull();
        assertThat(post.list("Allow")).contains("GET", "HEAD", "PUT", "DELETE");
        assertThat(listed(id)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "link, symbolic link",
        "fifo, not a regular file",
        "folder, folder",
        "one, hard link",
        "hole, larger than 20 MB",
        "folder/loop, symbolic link"
    })
    void whatIsNoRegularFileIsNotHandedOut(String path, String why) {
        String id = open();
        Shapes.success(run(id, """
                import os
                os.symlink('/etc/passwd', 'link')
                os.mkfifo('fifo')
                os.mkdir('folder')
                os.symlink('..', 'folder/loop')
                open('one', 'w').write('1')
                os.link('one', 'two')
                with open('hole', 'wb') as file: file.truncate(30 << 20)
                """));
        ObjectNode refused = Shapes.generalError(get(id, path), 409);
        assertThat(refused.path("message").textValue()).contains(why);
        Shapes.generalError(get(id, path + "/x"), 404);
        Shapes.generalError(get(id, "folder/loop/one"), 404);
        JsonNode list = http.get(files(id)).json();
        assertThat(Json.texts(list.path("skippedFiles"), "filename"))
                .containsExactly("fifo", "folder/loop", "link", "one", "two");
        assertThat(list.path("skippedFileCount").intValue()).isEqualTo(5);
    }

    @Test
    void listIsCutAndSaysSo() {
        String id = open();
        Shapes.success(run(id, "for number in range(3000): open(f'{number:05}', 'w').close()"));
        JsonNode list = http.get(files(id)).json();
        assertThat(list.path("files")).hasSize(1000);
        assertThat(list.path("truncated").booleanValue()).isTrue();
        assertThat(get(id, "02999").status()).isEqualTo(200);
    }

    // --- turns

    @Test
    void fileWaitsItsTurnAndAnotherSessionDoesNot() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, "open('here', 'w').close()\n" + LOOP);
        awaitRunning(id);
        CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> put(id, "later", "x"));
        await().atMost(60, SECONDS).until(() -> state(id).path("waiting").intValue() == 1);
        String other = open();
        assertThat(put(other, "now", "x").status()).isEqualTo(201);
        assertThat(waiting).isNotDone();
        http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        Shapes.failure(running.join(), "interrupted");
        assertThat(waiting.join().status()).isEqualTo(201);
        assertThat(listed(id)).containsExactly("here", "later");
        assertThat(listed(other)).containsExactly("now");
    }

    @Test
    void whoeverWaitsInASessionThatIsFullIsRefused() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, LOOP);
        awaitRunning(id);
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        for (int number = 0; number < 32; number++) {
            waiting.add(runLater(id, "1"));
        }
        await().atMost(60, SECONDS).until(() -> state(id).path("waiting").intValue() == 32);
        Answer refused = put(id, "f", "x");
        assertThat(Shapes.generalError(refused, 503).path("error").textValue()).isEqualTo("Server is busy");
        assertThat(refused.required("Retry-After")).matches("[0-9]+");
        Shapes.generalError(http.get(files(id)), 503);
        http.send("DELETE", "/sessions/" + id, new byte[0]);
        running.join();
        waiting.forEach(answer -> assertThat(answer.join().status()).isEqualTo(410));
    }

    @Test
    void clientsOfOneSessionAreServedOneAfterAnother() {
        String id = open();
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            String path = "f" + number % 4;
            String content = "content of " + number;
            all.add(CompletableFuture.supplyAsync(() -> put(id, path, content)));
            all.add(CompletableFuture.supplyAsync(() -> get(id, path)));
        }
        all.forEach(answer -> assertThat(answer.join().status()).isIn(200, 201, 404));
        assertThat(listed(id)).containsExactly("f0", "f1", "f2", "f3");
        assertThat(get(id, "f0").text()).startsWith("content of ");
    }

    /** Or there would be more of them than the server counts. */
    @ParameterizedTest
    @ValueSource(ints = {1, LARGEST})
    void endOfASessionWhoseInterpreterHasStoppedDoesNotWaitForAFile(int size) throws Exception {
        String id = open();
        Shapes.success(run(id, "import os, threading\nthreading.Timer(0.1, lambda: os.kill(os.getpid(), 19)).start()"));
        CompletableFuture<Answer> held = putThatIsNotAnswered(id, new byte[size]);

        Answer deleted = http.send("DELETE", "/sessions/" + id, new byte[0]);

        assertThat(deleted.status()).isEqualTo(200);
        assertExpired(held.join(), id, "It was deleted");
        assertExpired(http.get(files(id)), id, "It was deleted");
    }

    private CompletableFuture<Answer> putThatIsNotAnswered(String id, byte[] content) throws Exception {
        while (true) {
            CompletableFuture<Answer> put = CompletableFuture.supplyAsync(() -> put(id, "f", content));
            try {
                assertThat(put.get(2, SECONDS).status()).isIn(200, 201); // it had not stopped yet
            } catch (TimeoutException e) {
                return put;
            }
        }
    }

    /** Threads and processes that a program has left behind are in nobody's way but the session's own. */
    @Test
    void whatIsLeftRunningDoesNotKeepFilesOut() {
        String id = open();
        Shapes.success(run(id, """
                import os, threading
                def busy():
                    while True: pass
                for _ in range(2): threading.Thread(target=busy, daemon=True).start()
                os.open = os.write = os.unlink = None
                """));
        assertThat(put(id, "f", "x").status()).isEqualTo(201);
        assertThat(listed(id)).containsExactly("f");
        assertThat(get(id, "f").text()).isEqualTo("x");
        assertThat(delete(id, "f").status()).isEqualTo(204);
    }
}
