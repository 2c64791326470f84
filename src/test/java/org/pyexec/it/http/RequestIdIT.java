package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.AnswerKind;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;

/** Every request has an id, on its answer and in the log. */
@NeedsServer
class RequestIdIT {

    private static final String WELL_FORMED = "[A-Za-z0-9._-]{1,128}";

    private final Http http;

    RequestIdIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void everyAnswerHasAnId(AnswerKind kind) {
        assertThat(kind.from(http).required("X-Request-ID")).matches(WELL_FORMED);
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void wellFormedIdIsKept(AnswerKind kind) {
        String id = "it-" + UUID.randomUUID();
        assertThat(kind.from(http, "X-Request-ID", id).required("X-Request-ID")).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A.b_C-9", "...", "-"})
    void shortWellFormedIdIsKept(String id) {
        assertThat(http.get("/api", "X-Request-ID", id).required("X-Request-ID"))
                .isEqualTo(id);
    }

    @Test
    void idOf128CharactersIsKeptAndALongerOneReplaced() {
        String longest = "x".repeat(128);
        assertThat(http.get("/api", "X-Request-ID", longest).required("X-Request-ID"))
                .isEqualTo(longest);
        assertThat(http.get("/api", "X-Request-ID", longest + "x").required("X-Request-ID"))
                .matches(WELL_FORMED)
                .isNotEqualTo(longest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "<script>", "a/b", "a,b", "\"a\"", "a=b", ""})
    void malformedIdIsReplaced(String id) throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), "/api", "X-Request-ID", id);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.required("X-Request-ID")).matches(WELL_FORMED).isNotEqualTo(id);
    }

    @Test
    void idsDiffer() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            ids.add(http.get("/api").required("X-Request-ID"));
        }
        assertThat(ids).hasSize(20);
    }

    @Test
    void idIsInTheBodyOfAGeneralError() {
        Answer answer = http.get("/x", "X-Request-ID", "my-id");
        assertThat(Shapes.generalError(answer, 404).path("requestId").textValue())
                .isEqualTo("my-id");
    }

    @Test
    void requestIsLoggedWithMethodPathStatusDurationAndClient(Server server) {
        String id = "it-" + UUID.randomUUID();
        server.http().get("/api", "X-Request-ID", id);
        String line = onlyLine(server, id);
        assertThat(line).contains("GET").contains("/api").contains("200").contains("127.0.0.1");
        assertThat(line.replace(id, "")).containsPattern("(?i)(ms|duration\\w*|millis|took)[=: ]\\d+|\\d+ ?ms");
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void everyKindOfRequestIsLogged(AnswerKind kind, Server server) {
        String id = "it-" + UUID.randomUUID();
        Answer answer = kind.from(server.http(), "X-Request-ID", id);
        // Some answers need a second request first; both carry the id.
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        lines(server, id).stream().anyMatch(line -> line.contains(Integer.toString(answer.status()))));
    }

    @Test
    void logHoldsNeitherProgramNorOutput(Server server) {
        String id = "it-" + UUID.randomUUID();
        String secret = UUID.randomUUID().toString();
        String half = secret.substring(0, 18);
        server.http()
                .send(
                        "POST",
                        "/execute",
                        Json.object("code", "print('" + half + "' + '" + secret.substring(18) + "')\n1/0")
                                .getBytes(StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/json",
                        "X-Request-ID",
                        id);
        await().atMost(Duration.ofSeconds(60)).until(() -> !lines(server, id).isEmpty());
        assertThat(server.log()).doesNotContain(secret).doesNotContain(half);
    }

    /** A server may refuse such a path itself: Servlet 6.0, 3.5.2. */
    @Test
    void newlineInAPathMakesNoLineOfItsOwn(Server server) throws IOException {
        String word = UUID.randomUUID().toString();
        String id = "before-" + word;
        Answer answer =
                RawConnection.get("127.0.0.1", server.baseUrl(), "/x%0A" + word + "%0D" + word, "X-Request-ID", id);
        if (answer.header("X-Request-ID").isPresent()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> server.log().contains(word));
        } else {
            assertThat(answer.status()).isEqualTo(400);
            onlyLine(server, server.http().get("/health").required("X-Request-ID"));
        }
        assertThat(server.log().lines().filter(line -> line.startsWith(word))).isEmpty();
    }

    /** The server announces the end of such a request on another thread than its beginning. */
    @Test
    void requestsThatAreReadLaterMakeNoWarningsOfCdi(Server server) throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RawConnection connection = RawConnection.to(server.baseUrl())) {
                connection.send(RawConnection.head(
                        "POST", "/execute", "Content-Type", "application/json", "Transfer-Encoding", "chunked"));
                connection.sendChunked("{}".getBytes(StandardCharsets.UTF_8));
                assertThat(connection.answer().status()).isEqualTo(400);
            }
        }
        onlyLine(server, server.http().get("/health").required("X-Request-ID"));
        assertThat(server.log()).doesNotContainPattern("WARN.* WELD-");
    }

    private static String onlyLine(Server server, String id) {
        await().atMost(Duration.ofSeconds(60)).until(() -> !lines(server, id).isEmpty());
        assertThat(lines(server, id)).hasSize(1);
        return lines(server, id).get(0);
    }

    private static List<String> lines(Server server, String word) {
        return server.log().lines().filter(line -> line.contains(word)).toList();
    }
}
