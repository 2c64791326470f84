package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Request headers that servers interpret differently: framing (request smuggling), media types, conditions. */
@NeedsServer
class RequestHeadersIT {

    private static final String JSON = "{\"code\":\"print(1)\"}";
    /** A request inside the body: a server that uses the other framing would answer it. */
    private static final String HIDDEN = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final Http http;

    RequestHeadersIT(Http http) {
        this.http = http;
    }

    /** Sends a head and the bytes that follow it; there must be one answer and no second one. */
    private Answer lastAnswer(String head, String bytes) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(Duration.ofSeconds(60));
            connection.send(head + bytes);
            Answer answer = connection.answer("POST");
            assertThat(new String(connection.rest(), StandardCharsets.ISO_8859_1))
                    .as("behind the answer %s", answer)
                    .isEmpty();
            return answer;
        }
    }

    private static String head(String... headers) {
        return RawConnection.headOfMany("POST", "/execute", headers);
    }

    /** RFC 9112, section 6.1: such a request is refused, or is the last of its connection. */
    @Test
    void lengthAndTransferEncodingTogetherAreTheEndOfTheConnection() throws IOException {
        String chunked = "%x\r\n%s\r\n0\r\n\r\n".formatted(JSON.length(), JSON);
        String length = Integer.toString(chunked.length());
        String[][] orders = {
            {"Content-Length", length, "Transfer-Encoding", "chunked", "Content-Type", "application/json"},
            {"Transfer-Encoding", "chunked", "Content-Type", "application/json", "Content-Length", length}
        };
        for (String body : List.of(chunked + HIDDEN, "0\r\n\r\n" + HIDDEN)) {
            for (String[] headers : orders) {
                Answer answer = lastAnswer(head(headers), body);
                assertThat(answer.status()).as("%s", answer).isIn(200, 400);
            }
        }
    }

    /** The connection also ends where the answer comes before the body has been read. */
    @Test
    void preflightWithBothIsTheEndOfTheConnection() throws IOException {
        String head = RawConnection.headOfMany(
                "OPTIONS",
                "/execute",
                "Origin",
                "http://a.example",
                "Access-Control-Request-Method",
                "POST",
                "Content-Length",
                Integer.toString(5 + HIDDEN.length()),
                "Transfer-Encoding",
                "chunked");
        assertThat(lastAnswer(head, "0\r\n\r\n" + HIDDEN).status()).isIn(204, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xchunked",
                "chunkedx",
                "x-chunked",
                "chunked, xchunked",
                "gzip, xchunked",
                "gzip, chunked",
                "chunked, chunked",
                "gzip",
                "chunked;q=1",
                "\"chunked\""
            })
    void transferEncodingThatNobodyKnowsIsRefusedAndTheEndOfTheConnection(String coding) throws IOException {
        String chunked = "%x\r\n%s\r\n0\r\n\r\n".formatted(JSON.length(), JSON);
        Answer answer =
                lastAnswer(head("Content-Type", "application/json", "Transfer-Encoding", coding), chunked + HIDDEN);
        assertThat(answer.status()).as("%s", answer).isIn(400, 501);
        Shapes.noInside(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "Chunked", "CHUNKED"})
    void chunkedIsUnderstoodHoweverItIsWritten(String coding) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", coding));
            connection.sendChunked(JSON.getBytes(StandardCharsets.US_ASCII));
            Shapes.success(connection.answer("POST"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "json",
                "/",
                "application/",
                "/json",
                "application/json/x",
                "application/json;charset",
                "application/json; charset=",
                "application/json; charset=\"utf-8",
                "application json",
                "application/json, text/plain",
                "@/@",
                ";",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=a b; c"
            })
    void malformedContentTypeIsSaidInJson(String type) throws IOException {
        for (String path : new String[] {"/execute", "/host", "/sessions"}) {
            Shapes.clientError(sent(path, type));
        }
        assertThat(http.get("/health/live").status()).isEqualTo(200);
    }

    @Test
    void twoContentTypesAreSaidInJson() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(Duration.ofSeconds(60));
            String length = Integer.toString(JSON.length());
            connection.send(head("Content-Type", "application/json", "Content-Type", "text/x", "Content-Length", length)
                    + JSON);
            Shapes.clientError(connection.answer("POST"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html;q=0.3333", "text/html;q=2", "text/", ";"})
    void malformedAcceptIsTakenOrSaidInJson(String accept) {
        Answer answer = http.get("/api", "Accept", accept);
        if (answer.status() != 200) {
            Shapes.clientError(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "\"a", "W/x", ",", "\"a\", b"})
    void malformedConditionIsNone(String condition) {
        for (String path : new String[] {"/assets/app.js", http.hosted("a.txt", new byte[1])}) {
            for (String name : new String[] {"If-None-Match", "If-Match"}) {
                assertThat(http.get(path, name, condition).status()).as(path).isIn(200, 412);
            }
        }
    }

    /** Servers cache parsed media types, some of them without a limit. */
    @Test
    void longContentTypeIsRefused() throws IOException {
        for (String path : new String[] {"/execute", "/host", "/sessions"}) {
            Shapes.clientError(sent(path, "application/" + "x".repeat(3000)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=\"\\\"b\\\"\"",
                "multipart/form-data; boundary=\"b \"",
                "multipart/form-data; boundary=\"\"",
                "multipart/form-data; x=y",
                "multipart/form-data"
            })
    void formWithoutABoundaryIsSaidInJson(String type) throws IOException {
        Shapes.clientError(sent("/host", type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;",
                "application/json ; charset=utf-8",
                "application/json;charset=\"utf-8\"",
                "APPLICATION/JSON; a=\"b;\\\"c\""
            })
    void wellFormedContentTypeIsTaken(String type) throws IOException {
        Shapes.success(sent("/execute", type));
    }

    private Answer sent(String path, String type) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(Duration.ofSeconds(60));
            connection.send(RawConnection.head(
                            "POST", path, "Content-Type", type, "Content-Length", Integer.toString(JSON.length()))
                    + JSON);
            return connection.answer("POST");
        }
    }
}
