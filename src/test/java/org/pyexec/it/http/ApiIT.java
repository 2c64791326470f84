package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** What the server says about itself: {@code GET /} and {@code GET /api}. */
@NeedsServer
class ApiIT {

    private final Http http;

    ApiIT(Http http) {
        this.http = http;
    }

    @Test
    void rootExampleOfTheSpecificationGivesItsAnswer() {
        Answer answer = http.get("/", "User-Agent", "curl/7.88.1", "Accept", "*/*");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().toPrettyString()).isEqualTo(parse("""
                {
                  "message": "Python Code Executor Server is running!",
                  "status": "healthy",
                  "endpoints": {
                    "GET /health": "Server health check",
                    "POST /execute": "Execute Python code",
                    "POST /host": "Upload file for hosting",
                    "GET /download/:token": "Download hosted or generated file",
                    "GET /api": "API information"
                  }
                }
                """).toPrettyString());
    }

    @Test
    void apiExampleOfTheSpecificationGivesItsFields() {
        ObjectNode json = api();
        assertThat(Json.fields(json)).containsExactly("name", "version", "status", "endpoints", "uptime", "timestamp");
        assertThat(json.path("name").textValue()).isEqualTo("Python Code Executor API");
        assertThat(json.path("status").textValue()).isEqualTo("running");
        assertThat(json.path("uptime").isIntegralNumber()).isTrue();
        assertThat(Shapes.time(json.path("timestamp")))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }

    @Test
    void apiListsTheEndpointsOfTheSpecificationWithItsWords() {
        JsonNode endpoints = api().path("endpoints");
        JsonNode specified = parse("""
                {
                  "GET /": "API information",
                  "GET /health": "Server and Python health check",
                  "POST /execute": "Execute Python code",
                  "POST /host": "Upload file for hosting",
                  "GET /download/:token": "Download hosted or generated file",
                  "GET /api": "This endpoint"
                }
                """);
        assertThat(Json.fields(endpoints)).containsSubsequence(Json.fields(specified));
        Json.fields(specified)
                .forEach(name -> assertThat(endpoints.path(name)).as(name).isEqualTo(specified.path(name)));
    }

    @Test
    void apiListsTheProbes() {
        assertThat(Json.fields(api().path("endpoints"))).contains("GET /health/live", "GET /health/ready");
    }

    @Test
    void listedEndpointsAreThere() {
        for (String endpoint : Json.fields(api().path("endpoints"))) {
            if (endpoint.equals("DELETE /sessions")) {
                continue; // it would end the sessions of tests that run at the same time; SessionLimitsIT calls it
            }
            String[] methodAndPath = endpoint.split(" ", 2);
            Answer answer =
                    http.send(methodAndPath[0], methodAndPath[1].replaceAll("[:{]\\w+}?", "some-token"), new byte[0]);
            assertThat(answer.status()).as(endpoint).isNotEqualTo(405);
            assertThat(answer.text()).as(endpoint).doesNotContain("Route ");
        }
    }

    @Test
    void versionIsTheProjects() {
        String version = api().path("version").textValue();
        assertThat(version).isEqualTo(System.getProperty("pyexec.version", version));
        assertThat(version).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void uptimeOfApiGrowsBySeconds() {
        long before = api().path("uptime").longValue();
        await().atMost(Duration.ofSeconds(60)).until(() -> api().path("uptime").longValue() > before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "application/json, text/plain, */*",
                "application/json, text/html;q=0.9",
                "text/html;q=0.5, application/json",
                "text/html;q=0, */*",
                "application/*",
                "image/png",
                "nonsense"
            })
    void rootIsJsonForEveryoneButABrowser(String accept) {
        Answer answer = http.get("/", "Accept", accept);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").textValue()).isEqualTo("healthy");
    }

    @Test
    void rootWithoutAcceptIsJson() throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), "/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").textValue()).isEqualTo("healthy");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Shapes.BROWSER,
                "text/html",
                "TEXT/HTML",
                "text/html, application/json;q=0.9",
                "application/xhtml+xml, text/html, */*;q=0.1"
            })
    void rootIsThePageForABrowser(String accept) {
        Answer answer = http.get("/", "Accept", accept);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.required("Content-Type").toLowerCase(Locale.ROOT)).startsWith("text/html");
    }

    @Test
    void rootVariesByAcceptAndOrigin() {
        for (String accept : new String[] {"*/*", Shapes.BROWSER}) {
            assertThat(http.get("/", "Accept", accept).list("Vary"))
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .contains("accept", "origin");
        }
    }

    @Test
    void apiAndHealthAreJsonForABrowserToo() {
        http.get("/api", "Accept", Shapes.BROWSER).json();
        http.get("/health", "Accept", Shapes.BROWSER).json();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api", "/health", "/health/live", "/health/ready"})
    void headAnswersWithoutABody(String path) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head("HEAD", path));
            assertThat(connection.answer("HEAD").status()).isEqualTo(200);
            assertThat(connection.rest()).isEmpty();
        }
    }

    private ObjectNode api() {
        Answer answer = http.get("/api");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    private static JsonNode parse(String json) {
        try {
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
