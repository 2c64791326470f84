package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Many short requests whose bodies come in chunks: none is lost, cut or answered twice. */
@NeedsServer
class ChunkedRequestsIT {

    private static final int REQUESTS = 600;

    private final Http http;

    ChunkedRequestsIT(Http http) {
        this.http = http;
    }

    @Test
    void everyOneIsAnsweredOnce() {
        List<Answer> answers = inParallel("/execute", "application/json", "{}");
        assertThat(answers).allSatisfy(answer -> {
            Shapes.executeError(answer, 400);
            assertThat(answer.text()).isEqualTo("{\"error\":\"No valid code provided\",\"success\":false}");
        });
    }

    @Test
    void everyProgramArrivesWhole() {
        List<Answer> answers = inParallel("/execute", "application/json", "{\"code\":\"print(1)\"}");
        assertThat(answers)
                .allSatisfy(answer -> assertThat(
                                Shapes.success(answer).path("output").textValue())
                        .isEqualTo("1\n"));
    }

    @Test
    void everyUploadArrivesWhole() {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[3]));
        List<Answer> answers =
                inParallel("/host", form.contentType(), new String(form.body(), StandardCharsets.ISO_8859_1));
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.json().path("size").intValue()).isEqualTo(3);
        });
    }

    private List<Answer> inParallel(String path, String contentType, String body) {
        ExecutorService clients = Executors.newFixedThreadPool(6);
        try {
            List<CompletableFuture<Answer>> answers = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> request(path, contentType, body), clients))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            clients.shutdownNow();
        }
    }

    private Answer request(String path, String contentType, String body) {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(Duration.ofSeconds(60));
            connection.send(
                    RawConnection.head("POST", path, "Content-Type", contentType, "Transfer-Encoding", "chunked"));
            connection.sendChunked(body.getBytes(StandardCharsets.ISO_8859_1));
            Answer answer = connection.answer();
            assertThat(connection.rest()).as("after the answer").isEmpty();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
