package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.AnswerKind;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;

/** Pages of other origins may use the server, without credentials. */
@NeedsServer
class CorsIT {

    private static final String ORIGIN = "https://app.example:8443";

    private final Http http;

    CorsIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void originIsReflectedWithoutCredentials(AnswerKind kind) {
        Answer answer = kind.from(http, "Origin", ORIGIN);
        assertThat(answer.required("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void everyAnswerVariesByOrigin(AnswerKind kind) {
        assertThat(kind.from(http).list("Vary"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .contains("origin");
    }

    @Test
    void withoutAnOriginNothingIsReflected() {
        assertThat(http.get("/api").header("Access-Control-Allow-Origin")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = AnswerKind.class,
            names = {"API", "EXECUTED", "DOWNLOAD", "NOT_FOUND", "NO_CODE"})
    void headersThatPagesNeedAreExposed(AnswerKind kind) {
        assertThat(kind.from(http, "Origin", ORIGIN).list("Access-Control-Expose-Headers"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .containsExactlyInAnyOrder(
                        "x-request-id",
                        "ratelimit-policy",
                        "ratelimit-limit",
                        "ratelimit-remaining",
                        "ratelimit-reset",
                        "retry-after",
                        "content-disposition",
                        "content-range",
                        "accept-ranges",
                        "etag",
                        "location",
                        "preference-applied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/execute", "/host", "/download/some-token", "/api", "/health", "/", "/sessions/x/files/f"})
    void preflightNamesMethodsAndHeaders(String path) {
        Answer answer = http.send(
                "OPTIONS",
                path,
                new byte[0],
                "Origin",
                ORIGIN,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "content-type");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.required("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(answer.list("Access-Control-Allow-Methods"))
                .containsExactlyInAnyOrder("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");
        assertThat(answer.list("Access-Control-Allow-Headers"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .containsExactlyInAnyOrder(
                        "content-type",
                        "accept",
                        "authorization",
                        "x-api-key",
                        "x-request-id",
                        "prefer",
                        "idempotency-key",
                        "last-event-id",
                        "range",
                        "if-range",
                        "if-none-match");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not an origin",
                "https://app.example/path",
                "https://app.example/",
                "https://app.example?x",
                "https://user@app.example",
                "https://",
                "app.example",
                "https://app.example:port",
                "https://app.example:99999",
                "https://a.example https://b.example",
                "https://a.example, https://b.example",
                "https://app.example\"",
                "https://<script>",
                "*"
            })
    void malformedOriginIsNotReflected(String origin) throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), "/api", "Origin", origin);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isNotEqualTo(java.util.Optional.of(origin));
        assertThat(answer.headerNames()).doesNotContain("access-control-allow-credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080", "https://a-b.c.example"})
    void ordinaryOriginsAreReflected(String origin) {
        assertThat(http.get("/api", "Origin", origin).required("Access-Control-Allow-Origin"))
                .isEqualTo(origin);
    }
}
