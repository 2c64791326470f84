package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {

    @Test
    void rootNamesTheFiveThatItsSpecificationHas() {
        assertThat(Route.ofRoot())
                .hasToString("{GET /health=Server health check, POST /execute=Execute Python code,"
                        + " POST /host=Upload file for hosting,"
                        + " GET /download/:token=Download hosted or generated file, GET /api=API information}");
    }

    @Test
    void apiNamesAllButFilesOfThePage() {
        assertThat(Route.ofApi())
                .hasSize(21)
                .containsEntry("GET /api", "This endpoint")
                .containsKey("PUT /sessions/:id/files/:path")
                .doesNotContainKeys("GET /assets/:path", "GET /metrics");
    }

    @ParameterizedTest
    @CsvSource({
        "/host, FORM_WITH_FILE",
        "/sessions/id/files/a/b, FILE",
        "/sessions/id/files/, FILE",
        "/sessions/id/files, NONE",
        "/sessions/id/interrupt/files/a, NONE",
        "/sessions, ORDINARY",
        "/execute, ORDINARY",
        "/nothing, NONE"
    })
    void bodyDependsOnThePath(String path, Route.Body body) {
        assertThat(Route.bodyOf(path)).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics", "/favicon.ico", "/assets/a/b.js", "/assets/"})
    void probesAndFilesOfThePageAreNotCounted(String path) {
        assertThat(Route.isCounted(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live/", "/assets", "/execute", "/", "/nothing"})
    void othersAreCounted(String path) {
        assertThat(Route.isCounted(path)).isTrue();
    }

    @Test
    void onlyExecuteReportsSuccessInItsErrors() {
        assertThat(Route.reportsSuccess("/execute")).isTrue();
        assertThat(Route.reportsSuccess("/execute/")).isFalse();
        assertThat(Route.reportsSuccess("/executions/execute")).isFalse();
    }

    @Test
    void onlyTheListOfSessionsIsForOwnPages() {
        assertThat(Route.values())
                .filteredOn(Route::isForOwnPagesOnly)
                .containsExactly(Route.SESSIONS, Route.END_SESSIONS);
    }

    @Test
    void headIsFoundAsGet() {
        assertThat(Route.find("HEAD", "/sessions")).contains(Route.SESSIONS);
        assertThat(Route.find("PATCH", "/sessions")).isEmpty();
    }

    @Test
    void pathIsFilledWithValues() {
        assertThat(Route.DOWNLOAD.with("a$1")).isEqualTo("/download/a$1");
        assertThat(Route.SESSION_FILE.with("id", "a/b")).isEqualTo("/sessions/id/files/a/b");
    }
}
