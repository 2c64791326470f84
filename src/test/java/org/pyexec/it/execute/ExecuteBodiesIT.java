package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Bodies of {@code POST /execute} as they are sent: their types, lengths and chunks. */
@NeedsServer
class ExecuteBodiesIT {

    private static final int FIVE_MEGABYTES = 5 * 1024 * 1024;

    private final Http http;

    ExecuteBodiesIT(Http http) {
        this.http = http;
    }

    @AfterEach
    void serverGoesOn() {
        Shapes.success(http.execute("print(1)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "application/jsonx",
                "application/xml",
                "multipart/form-data; boundary=x",
                "application/octet-stream"
            })
    void otherContentTypeIsRefused(String contentType) {
        Answer answer = http.send(
                "POST",
                "/execute",
                "{\"code\":\"print(1)\"}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                contentType);
        ObjectNode json = Shapes.executeError(answer, 415);
        assertThat(Shapes.sentence(json)).containsIgnoringCase("json");
    }

    @Test
    void bodyWithoutContentTypeIsReadOrRefused() {
        Answer answer = http.send("POST", "/execute", "{\"code\":\"print(1)\"}".getBytes(StandardCharsets.UTF_8));
        if (answer.status() == 200) {
            Shapes.success(answer);
        } else {
            Shapes.executeError(answer, 415);
        }
    }

    @Test
    void nonsensicalContentTypeIsRefused() {
        // A header that is no media type at all may be refused by the HTTP server, before there is an application.
        Answer answer = http.send(
                "POST",
                "/execute",
                "{\"code\":\"print(1)\"}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "nonsense");
        assertThat(answer.status()).isIn(400, 415);
        if (answer.status() == 415) {
            Shapes.executeError(answer, 415);
        }
    }

    @Test
    void bodyOfOneByteOverFiveMegabytesIsTooLarge() {
        assertTooLarge(http.post(codeOf(FIVE_MEGABYTES + 1)));
    }

    @Test
    void bodyThatIsTooLargeInChunksIsRefused() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked"));
            connection.sendChunked(codeOf(FIVE_MEGABYTES + 1).getBytes(StandardCharsets.UTF_8));
            assertTooLarge(connection.answer());
        }
    }

    @Test
    void bodyOfFiveMegabytesInChunksIsRun() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked"));
            connection.sendChunked(codeOf(FIVE_MEGABYTES).getBytes(StandardCharsets.UTF_8));
            Shapes.success(connection.answer());
        }
    }

    @Test
    void clientThatSendsFiftyMegabytesBeforeItReadsGetsItsAnswer() throws IOException {
        byte[] body = codeOf(50 * 1024 * 1024).getBytes(StandardCharsets.UTF_8);
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.executeHead(body.length));
            connection.send(body);
            assertTooLarge(connection.answer());
        }
    }

    @Test
    void clientThatExpectsContinueGetsItThenItsAnswer() throws IOException {
        byte[] body = Json.object("code", "print(1)").getBytes(StandardCharsets.UTF_8);
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.executeHead(body.length, "Expect", "100-continue"));
            assertThat(connection.status()).isEqualTo(100);
            connection.send(body);
            Shapes.success(connection.answer());
        }
    }

    @Test
    void clientThatExpectsContinueForATooLargeBodyLearnsThatItIs() throws IOException {
        byte[] body = codeOf(FIVE_MEGABYTES + 1).getBytes(StandardCharsets.UTF_8);
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.executeHead(body.length, "Expect", "100-continue"));
            int status = connection.status();
            assertThat(status).isIn(100, 413, 417);
            if (status == 100) {
                connection.send(body);
                assertTooLarge(connection.answer());
            }
        }
    }

    @Test
    void truncatedBodyIsRefusedOrTheConnectionClosed() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Content-Length", "1000"));
            connection.send("{\"code\":\"print(1)\"}");
            connection.endOutput();
            assertRefusedOrClosed(connection.answerOrEnd());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloworld\r\n0\r\n\r\n"})
    void badChunkIsRefusedOrTheConnectionClosed(String chunk) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked"));
            connection.send("13\r\n{\"code\":\"print(1)\"}\r\n" + chunk);
            connection.endOutput();
            assertRefusedOrClosed(connection.answerOrEnd());
        }
    }

    @Test
    void chunksWithoutAnEndAreRefusedOrTheConnectionClosed() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head(
                    "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked"));
            connection.send("13\r\n{\"code\":\"print(1)\"}\r\n");
            connection.endOutput();
            assertRefusedOrClosed(connection.answerOrEnd());
        }
    }

    private static void assertTooLarge(Answer answer) {
        ObjectNode json = Shapes.executeError(answer, 413);
        assertThat(json.path("error").textValue()).isNotEqualTo("Error executing Python code");
    }

    private static void assertRefusedOrClosed(Optional<Answer> answer) {
        answer.ifPresent(given -> {
            assertThat(given.status()).as("%s", given).isIn(400, 408);
            Shapes.noInside(given);
        });
    }

    /** A valid body of exactly this many bytes. */
    private static String codeOf(int bytes) {
        String start = "{\"code\":\"print(1) #";
        String end = "\"}";
        return start + "x".repeat(bytes - start.length() - end.length()) + end;
    }
}
