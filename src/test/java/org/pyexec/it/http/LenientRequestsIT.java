package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Gzip;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Requests that deviate from the API, but have only one meaning: the server accepts them. */
@NeedsServer
class LenientRequestsIT {

    private static final int LIMIT = 5 * 1024 * 1024;

    private final Http http;

    LenientRequestsIT(Http http) {
        this.http = http;
    }

    private Answer post(byte[] body, String... headers) {
        return http.send("POST", "/execute", body, headers);
    }

    private static byte[] program(String code) {
        return Json.object("code", code).getBytes(StandardCharsets.UTF_8);
    }

    // --- types

    @ParameterizedTest
    @ValueSource(
            strings = {"application/x-www-form-urlencoded", "text/plain", "text/plain;charset=UTF-8", "Text/Plain"})
    void jsonUnderATypeThatToolsGiveToEverythingIsRead(String type) {
        ObjectNode json = Shapes.success(post(program("print('a&b=c+d%20')"), "Content-Type", type));
        assertThat(json.path("output").textValue()).isEqualTo("a&b=c+d%20\n");
    }

    /** The server skips blanks one by one; so long a body has been spooled to a file. */
    @Test
    void jsonBehindMegabytesOfBlanksIsRead() throws IOException {
        byte[] json = program("print(1)");
        byte[] body = new byte[LIMIT];
        Arrays.fill(body, (byte) ' ');
        System.arraycopy(json, 0, body, LIMIT - json.length, json.length);
        for (String type : new String[] {"text/plain", "application/json"}) {
            Shapes.success(post(body, "Content-Type", type));
            Shapes.success(post(Gzip.of(body), "Content-Type", type, "Content-Encoding", "gzip"));
        }
    }

    @Test
    void jsonWithoutATypeIsRead() {
        assertThat(Shapes.success(post("\r\n\t {\"code\": \"print(1)\"}".getBytes(StandardCharsets.UTF_8)))
                        .path("output")
                        .textValue())
                .isEqualTo("1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"code=print(1)", "print(1)", "[1]", "\"code\""})
    void whatIsNoObjectUnderSuchATypeIsNotSupported(String body) {
        for (String type : new String[] {"application/x-www-form-urlencoded", "text/plain"}) {
            ObjectNode json =
                    Shapes.executeError(post(body.getBytes(StandardCharsets.UTF_8), "Content-Type", type), 415);
            assertThat(Shapes.sentence(json)).contains("application/json");
        }
    }

    @Test
    void brokenJsonUnderSuchATypeIsBrokenJson() {
        Shapes.executeError(post("{\"code\": ".getBytes(StandardCharsets.UTF_8), "Content-Type", "text/plain"), 400);
    }

    @Test
    void sessionsTakeTheSameTypes() {
        Answer answer = http.send(
                "POST",
                "/sessions",
                "{\"idle_seconds\": 5}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(answer.status()).isEqualTo(201);
        http.send("DELETE", "/sessions/" + answer.json().path("sessionId").textValue(), new byte[0]);
    }

    // --- addresses

    @Test
    void doubledSlashesAreOne() {
        byte[] body = program("print(1)");
        for (String path : new String[] {"//execute", "///execute"}) {
            Shapes.success(http.send("POST", path, body, "Content-Type", "application/json"));
        }
        assertThat(http.get("//api").json().path("status").textValue()).isEqualTo("running");
        assertThat(http.get("/health//live").status()).isEqualTo(200);
        String download = http.hosted("a.txt", new byte[] {'x'});
        assertThat(http.get(download.replace("/download/", "//download//")).text())
                .isEqualTo("x");
        Shapes.generalError(http.get("//no//such"), 404);
        Shapes.executeError(http.send("POST", "//execute", "{".getBytes(StandardCharsets.UTF_8)), 400);
    }

    @Test
    void uploadsToADoubledSlashMayBeAsLargeAsOthers() {
        Multipart form = Multipart.of(Multipart.file("a.bin", new byte[LIMIT + 1]));
        Answer answer = http.send("POST", "//host", form.body(), "Content-Type", form.contentType());
        assertThat(answer.status()).isEqualTo(200);
    }

    // --- names and encodings

    @Test
    void extendedNamesOfUploadsAreRead() {
        byte[] body = """
                --B\r
                Content-Disposition: form-data; name="file"; filename="fallback.txt"; filename*=UTF-8''%e6%8a%a5%e5%91%8a.txt\r
                \r
                x\r
                --B--\r
                """.getBytes(StandardCharsets.UTF_8);
        Answer answer = http.send("POST", "/host", body, "Content-Type", "multipart/form-data; boundary=B");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.json().path("filename").textValue()).isEqualTo("\u62a5\u544a.txt");
    }

    @Test
    void anotherEncodingIsNamedAsTheFault() {
        byte[] body = "{\"code\": \"print('\u00e9')\"}".getBytes(StandardCharsets.ISO_8859_1);
        ObjectNode json = Shapes.executeError(post(body, "Content-Type", "application/json"), 400);
        assertThat(Shapes.sentence(json)).contains("UTF-8");
    }
}
