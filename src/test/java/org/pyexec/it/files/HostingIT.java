package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Files by {@code POST /host}. */
@NeedsServer
class HostingIT {

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

    /** JAX-RS takes no notice of either; an upload is received before it is asked. */
    @ParameterizedTest
    @ValueSource(strings = {"/host/", "/host;a=1"})
    void slashAtTheEndAndPathParametersChangeNothing(String path) {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[300_000]));
        Answer answer = http.send("POST", path, form.body(), "Content-Type", form.contentType());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("size").intValue()).isEqualTo(300_000);
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
                String url = hosted.json().path("downloadUrl").textValue();
                assertThat(http.asManyClients().get(url).body()).isEqualTo(content);
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
}
