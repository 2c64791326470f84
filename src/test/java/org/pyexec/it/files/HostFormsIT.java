package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Forms of {@code POST /host} that have no file or are malformed. */
@NeedsServer
class HostFormsIT {

    private final Http http;

    HostFormsIT(Http http) {
        this.http = http;
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
        Shapes.clientError(http.send("POST", "/host", new byte[10]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/x-www-form-urlencoded"})
    void otherContentTypeIsRefused(String contentType) {
        Shapes.clientError(http.send("POST", "/host", new byte[10], "Content-Type", contentType));
    }

    @Test
    void formWithoutABoundaryIsRefused() {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[3]));
        Shapes.clientError(http.send("POST", "/host", form.body(), "Content-Type", "multipart/form-data"));
    }

    @Test
    void formWithAnotherBoundaryIsRefused() {
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[3]));
        Shapes.clientError(http.send("POST", "/host", form.body(), "Content-Type", "multipart/form-data; boundary=z"));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 30, 60, 150})
    void formWithoutItsEndIsRefused(int missing) {
        Shapes.clientError(
                http.host(Multipart.of(Multipart.file("a.txt", new byte[300])).shortenedBy(missing)));
    }

    /** For each of them mimepull keeps kilobytes: one such form would be more than the server's memory. */
    @ParameterizedTest
    @ValueSource(strings = {"\r--b\n\n", "x--b", "\n--b\n\n", "--b"})
    void formOfNothingButBoundariesIsRefused(String repeated) {
        byte[] body = ("--b\n\n" + repeated.repeat(150_000) + "\r\n--b--\r\n").getBytes(StandardCharsets.US_ASCII);
        Shapes.error(http.send("POST", "/host", body, "Content-Type", "multipart/form-data; boundary=b"), 400);
        assertThat(http.host(Multipart.of(Multipart.file("a.txt", new byte[300])))
                        .status())
                .isEqualTo(200);
    }
}
