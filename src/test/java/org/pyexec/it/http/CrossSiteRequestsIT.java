package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
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

/** Cross-site requests: what a page of another origin can do in the browser of a user who has sessions. */
@NeedsServer
class CrossSiteRequestsIT {

    /** A client of its own: others have sessions on this server too. Its requests are sent to {@code http://localhost}. */
    private static final String CLIENT = "127.0.0.83";

    private static final String FOREIGN = "https://foreign.example";

    private final Http http;

    CrossSiteRequestsIT(Http http) {
        this.http = http;
    }

    @AfterEach
    void endSessions() throws IOException {
        assertThat(ask("DELETE", "/sessions").status()).isEqualTo(200);
    }

    private Answer ask(String method, String path, String... headers) throws IOException {
        return RawConnection.exchange(CLIENT, http.base(), method, path, headers);
    }

    private String open(String... headers) throws IOException {
        Answer answer = ask("POST", "/sessions", headers);
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return answer.json().path("sessionId").textValue();
    }

    private List<String> listed(String... headers) throws IOException {
        Answer answer = ask("GET", "/sessions", headers);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return Json.texts(answer.json().path("sessions"), "sessionId");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FOREIGN,
                "null",
                "https://localhost",
                "http://localhost:8000",
                "http://localhost.foreign.example",
                "http://foreign.example/http://localhost",
                "no origin"
            })
    void foreignPageNeitherListsNorEndsTheSessionsOfItsVisitor(String origin) throws IOException {
        String id = open();
        for (String method : List.of("GET", "DELETE")) {
            for (String path : List.of("/sessions", "//sessions", "/sessions?x=y")) {
                Answer answer = ask(method, path, "Origin", origin, "X-Forwarded-Host", "foreign.example");
                ObjectNode refused = Shapes.generalError(answer, 403);
                assertThat(refused.path("error").textValue()).isEqualTo("Not for pages of other origins");
                assertThat(refused.path("message").textValue()).contains("CORS_ALLOWED_ORIGINS");
                assertThat(answer.text()).doesNotContain(id);
            }
        }
        assertThat(ask("HEAD", "/sessions", "Origin", origin).status()).isEqualTo(403);
        assertThat(listed()).containsExactly(id);
    }

    /** The refusal says why; the other endpoints work as before. */
    @Test
    void foreignPageUsesTheSessionsThatItHasOpened() throws IOException {
        Answer preflight = ask(
                "OPTIONS",
                "/sessions",
                "Origin",
                FOREIGN,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "content-type");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.list("Access-Control-Allow-Methods")).contains("POST", "DELETE");
        String id = open("Origin", FOREIGN);
        Answer refused = ask("GET", "/sessions", "Origin", FOREIGN);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.required("Access-Control-Allow-Origin")).isEqualTo(FOREIGN);
        for (String path : List.of("/sessions/" + id, "/sessions/" + id + "/files")) {
            assertThat(ask("GET", path, "Origin", FOREIGN).status()).isEqualTo(200);
        }
        assertThat(ask("DELETE", "/sessions/" + id, "Origin", FOREIGN).status()).isEqualTo(200);
    }

    @Test
    void ownPageAndClientsThatAreNoBrowsersListAndEndTheirSessions() throws IOException {
        String id = open();
        assertThat(listed()).containsExactly(id);
        assertThat(listed("Origin", "http://localhost")).containsExactly(id);
        // Sec-Fetch-Site decides where it is sent: a proxy may have changed the Host, so that Origin does not match it.
        assertThat(listed("Origin", "https://python.example", "Sec-Fetch-Site", "same-origin"))
                .containsExactly(id);
        for (String site : List.of("cross-site", "same-site")) {
            assertThat(ask("GET", "/sessions", "Origin", FOREIGN, "Sec-Fetch-Site", site)
                            .status())
                    .isEqualTo(403);
        }
        Answer ended = ask("DELETE", "/sessions", "Origin", "http://localhost");
        assertThat(Json.texts(ended.json().path("sessions"), "sessionId")).containsExactly(id);
    }
}
