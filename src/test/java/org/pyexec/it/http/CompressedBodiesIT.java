package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
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

/** {@code Content-Encoding}: compressed request bodies, and values that name no coding. */
@NeedsServer
class CompressedBodiesIT {

    private static final int LIMIT = 5 * 1024 * 1024;

    private final Http http;

    CompressedBodiesIT(Http http) {
        this.http = http;
    }

    private Answer post(byte[] body, String... headers) {
        return http.send("POST", "/execute", body, headers);
    }

    private static byte[] program(String code) {
        return Json.object("code", code).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void compressedBodiesAreDecompressed() throws IOException {
        byte[] random = new byte[2_000_000];
        new Random(1).nextBytes(random);
        String long64 = java.util.Base64.getEncoder().encodeToString(random);
        for (String code : new String[] {"print(1)", "print(1) # " + long64}) {
            for (String coding : new String[] {"gzip", "x-gzip", "GZIP, identity"}) {
                Shapes.success(
                        post(Gzip.of(program(code)), "Content-Type", "application/json", "Content-Encoding", coding));
            }
        }
        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[100]));
        Answer hosted = http.send(
                "POST", "/host", Gzip.of(form.body()), "Content-Type", form.contentType(), "Content-Encoding", "gzip");
        assertThat(hosted.json().path("size").intValue()).isEqualTo(100);
    }

    @Test
    void whatIsTooLongWhenDecompressedIsTooLarge() throws IOException {
        byte[] fits = Json.object("code", "print(1)", "x", "").getBytes(StandardCharsets.UTF_8);
        for (int length : new int[] {LIMIT, LIMIT + 1, 200 * LIMIT}) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(fits);
                byte[] blanks = new byte[1 << 16];
                Arrays.fill(blanks, (byte) ' ');
                for (int left = length - fits.length; left > 0; left -= blanks.length) {
                    out.write(blanks, 0, Math.min(left, blanks.length));
                }
            }
            Answer answer = post(packed.toByteArray(), "Content-Type", "application/json", "Content-Encoding", "gzip");
            if (length > LIMIT) {
                assertThat(Shapes.sentence(Shapes.executeError(answer, 413))).contains("" + LIMIT);
            } else {
                Shapes.success(answer);
            }
        }
    }

    @Test
    void whatIsNoGzipIsMalformed() throws IOException {
        byte[] packed = Gzip.of(program("print(1)"));
        byte[] cut = Arrays.copyOf(packed, packed.length - 12);
        for (byte[] body : new byte[][] {program("print(1)"), cut, {0x1f}}) {
            ObjectNode json = Shapes.executeError(
                    post(body, "Content-Type", "application/json", "Content-Encoding", "gzip"), 400);
            assertThat(Shapes.sentence(json)).contains("gzip");
        }
    }

    /** A recursive reader would need one stack frame for each empty member. */
    @Test
    void emptyMembersOfAGzipAreNothing() throws IOException {
        byte[] empty = Gzip.of(new byte[0]);
        ByteArrayOutputStream nothing = new ByteArrayOutputStream();
        for (int i = 0; i < 250_000; i++) {
            nothing.write(empty);
        }
        Shapes.success(packed("/execute", program("print(1)"), "application/json", nothing));

        Multipart form = Multipart.of(Multipart.file("a.txt", new byte[100]));
        assertThat(packed("/host", form.body(), form.contentType(), nothing).status())
                .isEqualTo(200);

        Answer session = packed("/sessions", new byte[] {'{', '}'}, "application/json", nothing);
        assertThat(session.status()).isEqualTo(201);
        http.send("DELETE", "/sessions/" + session.json().path("sessionId").textValue(), new byte[0]);
    }

    private Answer packed(String path, byte[] body, String type, ByteArrayOutputStream behind) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write(Gzip.of(body));
        behind.writeTo(packed);
        return http.send("POST", path, packed.toByteArray(), "Content-Type", type, "Content-Encoding", "gzip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "UTF8", "none", "iso-8859-1", "aws-chunked", "identity, utf-8"})
    void whatIsNoCodingIsNone(String name) throws IOException {
        Shapes.success(post(program("print(1)"), "Content-Type", "application/json", "Content-Encoding", name));
        Shapes.success(post(
                Gzip.of(program("print(1)")), "Content-Type", "application/json", "Content-Encoding", name + ", gzip"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "gzip", "br", "nonsense"})
    void codingOfNothingIsNothing(String name) {
        assertThat(http.get("/health/live", "Content-Encoding", name).status()).isEqualTo(200);
        Shapes.executeError(http.send("POST", "/execute", new byte[0], "Content-Encoding", name), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "gzip, gzip", "deflate", "nonsense"})
    void otherCodingsAreNotSupported(String coding) {
        Answer answer = post(program("print(1)"), "Content-Type", "application/json", "Content-Encoding", coding);
        assertThat(Shapes.sentence(Shapes.executeError(answer, 415))).contains("gzip");
        assertThat(answer.list("Accept-Encoding")).contains("gzip");
    }
}
