package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Bodies of {@code POST /host}: their sizes, and how they are transferred. */
@NeedsServer
class HostBodiesIT {

    private static final int TWENTY_MEGABYTES = 20 * 1024 * 1024;

    private final Http http;

    HostBodiesIT(Http http) {
        this.http = http;
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
