package org.pyexec.it.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Gzip;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** {@code /sessions/{id}/files}: what clients put into sessions, list, get and remove between two programs. */
class SessionFilesIT extends SessionFileTestBase {

    SessionFilesIT(Http http) {
        super(http);
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
        byte[] packed = Gzip.of("text".repeat(1000).getBytes(UTF_8));
        assertThat(put(id, "unpacked", packed, "Content-Encoding", "gzip")
                        .json()
                        .path("size")
                        .intValue())
                .isEqualTo(4000);
    }
}
