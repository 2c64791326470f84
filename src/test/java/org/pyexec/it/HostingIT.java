package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads by {@code POST /host}. */
@ExtendWith(SharedServer.class)
class HostingIT {

    private static final int TWENTY_MEGABYTES = 20 * 1024 * 1024;

    private final Http http;

    HostingIT(Http http) {
        this.http = http;
    }

    @Test
    void curlExampleOfTheSpecificationGivesItsAnswer() {
        Instant before = Instant.now();
        Answer answer = http.host(Multipart.of(new Multipart.Part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"file.txt\"\r\nContent-Type: text/plain",
                new byte[1024])));
        assertFileTxt(answer, before);
    }

    /** Whole requests, one after another on one connection, as browsers and most libraries send them. */
    @Test
    void uploadsAtOnceOverKeptConnectionsAllArriveWhole() throws Exception {
        int clients = 4;
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<Void>> uploads = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                byte[] content = new byte[400_000 + client];
                Arrays.fill(content, (byte) client);
                uploads.add(threads.submit(() -> uploadOverOneConnection(content, 25)));
            }
            for (Future<Void> upload : uploads) {
                upload.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Void uploadOverOneConnection(byte[] content, int times) throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", content));
        byte[] head = RawConnection.headOfMany(
                        "POST",
                        "/host",
                        "Content-Type",
                        form.contentType(),
                        "Content-Length",
                        Integer.toString(form.body().length))
                .getBytes(StandardCharsets.UTF_8);
        byte[] request = Arrays.copyOf(head, head.length + form.body().length);
        System.arraycopy(form.body(), 0, request, head.length, form.body().length);
        try (RawConnection connection = RawConnection.to(http.base())) {
            for (int i = 0; i < times; i++) {
                connection.send(request);
                Answer hosted = connection.answer();
                assertThat(hosted.status()).as("%s", hosted).isEqualTo(200);
                connection.send(RawConnection.headOfMany(
                        "GET", hosted.json().path("downloadUrl").textValue()));
                assertThat(connection.answer().body()).isEqualTo(content);
            }
        }
        return null;
    }

    @Test
    void fetchExampleOfTheSpecificationGivesItsAnswer() {
        Instant before = Instant.now();
        String boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
        String body = "--" + boundary + "\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"file.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\n" + "x".repeat(1024) + "\r\n--" + boundary + "--\r\n";
        Answer answer = http.send(
                "POST",
                "/host",
                body.getBytes(StandardCharsets.UTF_8),
                "Origin",
                "https://app.example",
                "Accept",
                "*/*",
                "Content-Type",
                "multipart/form-data; boundary=" + boundary);
        assertFileTxt(answer, before);
    }

    @Test
    void hostedBytesComeBackUnchanged() {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        byte[] trap = "\r\n--------------------------4ebf00fbcf09a1d\r\n\r\n--\r\n".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(trap, 0, content, 1000, trap.length);
        assertThat(http.get(http.hosted("random.bin", content)).body()).isEqualTo(content);
    }

    @Test
    void emptyFileIsAFile() {
        ObjectNode json = http.host("empty.txt", new byte[0]).json();
        assertThat(json.path("size").intValue()).isZero();
        Answer download = http.get(json.path("downloadUrl").textValue());
        assertThat(download.status()).isEqualTo(200);
        assertThat(download.body()).isEmpty();
        assertThat(download.required("Content-Length")).isEqualTo("0");
    }

    @Test
    void otherFieldsBesideTheFileAreIgnored() {
        Answer answer = http.host(Multipart.of(
                Multipart.field("description", "a file"),
                Multipart.file("a.txt", new byte[3]),
                Multipart.field("after", "too")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("filename").textValue()).isEqualTo("a.txt");
    }

    @Test
    void sameNameTwiceMakesTwoFiles() {
        String first = http.hosted("same.txt", new byte[] {1});
        String second = http.hosted("same.txt", new byte[] {2});
        assertThat(first).isNotEqualTo(second);
        assertThat(http.get(first).body()).containsExactly(1);
        assertThat(http.get(second).body()).containsExactly(2);
    }

    @Test
    void uploadsAtTheSameTimeDoNotMix() {
        List<Integer> sizes = IntStream.range(0, 16).boxed().toList();
        List<String> urls = sizes.parallelStream()
                .map(n -> http.hosted("f" + n, filled(100_000, n)))
                .toList();
        for (int n : sizes) {
            assertThat(http.get(urls.get(n)).body()).isEqualTo(filled(100_000, n));
        }
    }

    @Test
    void formWithoutTheFileIsRefused() {
        Shapes.onlyError(http.host(Multipart.of(Multipart.field("name", "value"))), 400, "No file uploaded");
    }

    @Test
    void fileInAnotherFieldIsRefused() {
        Multipart.Part part =
                new Multipart.Part("Content-Disposition: form-data; name=\"upload\"; filename=\"a.txt\"", new byte[3]);
        Shapes.onlyError(http.host(Multipart.of(part)), 400, "No file uploaded");
    }

    @Test
    void formWithoutPartsIsRefused() {
        Shapes.onlyError(http.host(Multipart.of()), 400, "No file uploaded");
    }

    @Test
    void emptyMultipartBodyIsRefused() {
        Answer answer = http.send("POST", "/host", new byte[0], "Content-Type", "multipart/form-data; boundary=x");
        Shapes.onlyError(answer, 400, "No file uploaded");
    }

    @Test
    void twoFilesAreRefused() {
        ObjectNode json = Shapes.error(
                http.host(Multipart.of(Multipart.file("a.txt", new byte[3]), Multipart.file("b.txt", new byte[3]))),
                400);
        assertThat(json.path("error").textValue()).isNotEqualTo("No file uploaded");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data",
                "Content-Disposition: form-data; filename=\"a.txt\"",
                "Content-Type: text/plain",
                "Content-Disposition: attachment",
                "X: y"
            })
    void partWithoutANameIsRefused(String headers) {
        Shapes.error(http.host(Multipart.of(new Multipart.Part(headers, new byte[3]))), 400);
    }

    @Test
    void bodyWithoutContentTypeIsRefused() {
        assertClientError(http.send("POST", "/host", new byte[10]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/x-www-form-urlencoded"})
    void otherContentTypeIsRefused(String contentType) {
        assertClientError(http.send("POST", "/host", new byte[10], "Content-Type", contentType));
    }

    @Test
    void formWithoutABoundaryIsRefused() {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[3]));
        assertClientError(http.send("POST", "/host", form.body(), "Content-Type", "multipart/form-data"));
    }

    @Test
    void formWithAnotherBoundaryIsRefused() {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[3]));
        assertClientError(http.send("POST", "/host", form.body(), "Content-Type", "multipart/form-data; boundary=z"));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 30, 60, 150})
    void formWithoutItsEndIsRefused(int missing) {
        assertClientError(
                http.host(Multipart.of(Multipart.file("a.txt", new byte[300])).shortenedBy(missing)));
    }

    @Test
    void truncatedUploadIsRefusedOrTheConnectionClosed() throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", new byte[100_000]));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Content-Length", Integer.toString(form.body().length)));
            connection.send(Arrays.copyOf(form.body(), 50_000));
            connection.endOutput();
            Optional<Answer> answer = connection.answerOrEnd();
            answer.ifPresent(given -> {
                assertThat(given.status()).isIn(400, 408);
                Shapes.noInside(given);
            });
        }
    }

    @Test
    void badChunkIsRefusedOrTheConnectionClosed() throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", new byte[100]));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Transfer-Encoding", "chunked"));
            connection.send("20\r\n" + "x".repeat(32) + "\r\nnonsense\r\n");
            connection.endOutput();
            connection
                    .answerOrEnd()
                    .ifPresent(given -> assertThat(given.status()).isIn(400, 408));
        }
    }

    @Test
    void fileOfExactlyTwentyMegabytesIsHosted() {
        ObjectNode json = http.host("large.bin", filled(TWENTY_MEGABYTES, 7)).json();
        assertThat(json.path("size").intValue()).isEqualTo(TWENTY_MEGABYTES);
        assertThat(http.get(json.path("downloadUrl").textValue()).body()).isEqualTo(filled(TWENTY_MEGABYTES, 7));
    }

    @Test
    void fileOfOneByteMoreIsTooLarge() {
        assertTooLarge(http.host("large.bin", new byte[TWENTY_MEGABYTES + 1]));
    }

    @Test
    void uploadOf21MegabytesWithALengthIsTooLarge() throws IOException {
        Multipart form = Multipart.of(Multipart.file("large.bin", new byte[21 * 1024 * 1024]));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Content-Length", Integer.toString(form.body().length)));
            connection.send(form.body());
            assertTooLarge(connection.answer());
        }
    }

    @Test
    void uploadOf21MegabytesInChunksIsTooLarge() throws IOException {
        Multipart form = Multipart.of(Multipart.file("large.bin", new byte[21 * 1024 * 1024]));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Transfer-Encoding", "chunked"));
            connection.sendChunked(form.body());
            assertTooLarge(connection.answer());
        }
    }

    @Test
    void uploadOf60MegabytesIsDrainedBeforeItsAnswer() throws IOException {
        Multipart form = Multipart.of(Multipart.file("large.bin", new byte[60 * 1024 * 1024]));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Content-Length", Integer.toString(form.body().length)));
            connection.send(form.body());
            assertTooLarge(connection.answer());
        }
    }

    @Test
    void uploadInChunksIsHosted() throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", filled(200_000, 3)));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(head(form, "Transfer-Encoding", "chunked"));
            connection.sendChunked(form.body());
            Answer answer = connection.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().path("size").intValue()).isEqualTo(200_000);
        }
    }

    @Test
    void uploadThatExpectsContinueIsHosted() throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", filled(2_000_000, 3)));
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(
                    head(form, "Expect", "100-continue", "Content-Length", Integer.toString(form.body().length)));
            assertThat(connection.status()).isEqualTo(100);
            connection.send(form.body());
            assertThat(connection.answer().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file.txt|file.txt",
                "../../etc/passwd|passwd",
                "/etc/passwd|passwd",
                "C:\\Users\\me\\evil.txt|evil.txt",
                "a/b\\c/d.txt|d.txt",
                "with space.txt|with space.txt",
                "semi;colon.txt|semi;colon.txt",
                "grüße 漢字 😀.txt|grüße 漢字 😀.txt",
                "percent%20.txt|percent%20.txt",
                "it's.txt|it's.txt"
            })
    void nameIsALabelWithoutItsPath(String given, String kept) {
        Answer answer = http.host(given.replace("\\", "\\\\"), new byte[3]);
        if (given.contains("\\")) {
            // RFC 7578 clients send backslashes as they are; older ones escape them: both have to lose the path.
            assertThat(nameOf(answer)).isEqualTo(kept);
            answer = http.host(given, new byte[3]);
        }
        assertThat(nameOf(answer)).isEqualTo(kept);
        Answer download = http.get(answer.json().path("downloadUrl").textValue());
        assertThat(DownloadIT.filename(download)).isEqualTo(kept);
    }

    @Test
    void quotesInANameAreKept() {
        // As curl writes them, and as the HTML standard does.
        assertThat(nameOf(http.host("a\\\"b.txt", new byte[3]))).isEqualTo("a\"b.txt");
        assertThat(nameOf(http.host("a%22b.txt", new byte[3]))).isIn("a\"b.txt", "a%22b.txt");
    }

    @Test
    void controlCharactersInANameAreRemoved() {
        assertThat(nameOf(http.host("a\u0001b\u0007c\u007fd\te.txt", new byte[3])))
                .isEqualTo("abcde.txt");
    }

    @Test
    void newlineInANameBreaksNoHeader() {
        for (String newline : List.of("\n", "%0A", "%0D%0A", "\r")) {
            Answer answer = http.host("a" + newline + "X-Evil: 1.txt", new byte[3]);
            if (answer.status() == 200) {
                assertThat(nameOf(answer)).doesNotContain("\n", "\r");
                Answer download = http.get(answer.json().path("downloadUrl").textValue());
                assertThat(download.status()).isEqualTo(200);
                assertThat(download.header("X-Evil")).isEmpty();
            } else {
                assertClientError(answer);
            }
        }
    }

    @Test
    void of300Characters255BytesAreKept() {
        String name = nameOf(http.host("a".repeat(300) + ".txt", new byte[3]));
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSize(255);
        assertThat(name).startsWith("a".repeat(200));
    }

    @Test
    void cutNameHasNoHalfCharacter() {
        Answer answer = http.host("x" + "漢".repeat(300), new byte[3]);
        String name = nameOf(answer);
        assertThat(name.getBytes(StandardCharsets.UTF_8).length).isBetween(253, 255);
        assertThat(name).startsWith("x漢漢").doesNotContain("\ufffd");
        assertThat(DownloadIT.filename(
                        http.get(answer.json().path("downloadUrl").textValue())))
                .isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "/", "../", "a/..", " "})
    void nameOfNothingButAPathBecomesAHarmlessLabel(String given) {
        Answer answer = http.host(given, new byte[3]);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(nameOf(answer))
                .isNotBlank()
                .isNotEqualTo("..")
                .isNotEqualTo(".")
                .doesNotContain("/");
    }

    private static String nameOf(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json().path("filename").textValue();
    }

    private static void assertFileTxt(Answer answer, Instant before) {
        assertThat(answer.status()).isEqualTo(200);
        ObjectNode json = answer.json();
        assertThat(Json.fields(json)).containsExactly("downloadUrl", "expires", "filename", "size");
        assertThat(json.path("downloadUrl").textValue()).matches(Shapes.DOWNLOAD_URL);
        assertThat(json.path("filename").textValue()).isEqualTo("file.txt");
        assertThat(json.path("size").isIntegralNumber()).isTrue();
        assertThat(json.path("size").intValue()).isEqualTo(1024);
        assertThat(Shapes.time(json.path("expires")))
                .isBetween(before.plusSeconds(599), Instant.now().plusSeconds(601));
    }

    private static void assertClientError(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isIn(400, 415);
        Shapes.error(answer, answer.status());
    }

    private static void assertTooLarge(Answer answer) {
        ObjectNode json = Shapes.error(answer, 413);
        assertThat(json.path("error").textValue()).isEqualTo("File too large");
        assertThat(answer.text()).containsPattern("20 ?MB|20 ?MiB|20971520");
    }

    private static String head(Multipart form, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = form.contentType();
        return RawConnection.head("POST", "/host", all);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
