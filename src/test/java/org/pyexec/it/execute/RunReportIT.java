package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** The {@code run} part of answers of {@code POST /execute}: how a program ended, and what it used. */
@NeedsServer
class RunReportIT {

    private final Http http;

    RunReportIT(Http http) {
        this.http = http;
    }

    @Test
    void runHasTheFieldsOfTheContractInTheirOrder() {
        JsonNode run = Shapes.success(http.execute("print('Hello, World!')")).path("run");
        assertThat(Json.fields(run).stream().filter(name -> !name.equals("skippedFileCount")))
                .containsExactly(
                        "reason",
                        "exitCode",
                        "signal",
                        "stderr",
                        "durationMs",
                        "cpuMs",
                        "peakMemoryBytes",
                        "truncated",
                        "skippedFiles",
                        "blockedHosts",
                        "python",
                        "sandbox",
                        "waitedMs",
                        "exception",
                        "notes");
        assertThat(run.path("waitedMs").isIntegralNumber()).isTrue();
        assertThat(run.get("exception").isNull()).isTrue();
        assertThat(run.path("notes").isArray()).isTrue();
        assertThat(run.path("notes")).isEmpty();
        assertThat(run.path("reason").textValue()).isEqualTo("completed");
        assertThat(run.path("exitCode").isInt()).isTrue();
        assertThat(run.path("exitCode").intValue()).isZero();
        assertThat(run.get("signal").isNull()).isTrue();
        assertThat(run.path("stderr").textValue()).isEmpty();
        assertThat(run.path("durationMs").isIntegralNumber()).isTrue();
        assertThat(run.path("cpuMs").isIntegralNumber()).isTrue();
        assertThat(run.path("peakMemoryBytes").isIntegralNumber()).isTrue();
        assertThat(run.path("peakMemoryBytes").longValue()).isGreaterThan(1_000_000);
        assertThat(run.get("truncated")).isEqualTo(json().booleanNode(false));
        assertThat(run.path("skippedFiles").isArray()).isTrue();
        assertThat(run.path("skippedFiles")).isEmpty();
        assertThat(run.path("blockedHosts").isArray()).isTrue();
        assertThat(run.path("blockedHosts")).isEmpty();
        assertThat(run.path("python").textValue()).matches("3\\.\\d+\\.\\d+");
        assertThat(run.path("sandbox").textValue()).isIn("namespaces", "landlock");
    }

    @Test
    void pythonIsTheInterpreterThatRunsProgramsAndTheOneOfHealth() {
        ObjectNode json = Shapes.success(http.execute("import platform; print(platform.python_version())"));
        String version = json.at("/run/python").textValue();
        assertThat(json.path("output").textValue()).isEqualTo(version + "\n");
        assertThat(http.get("/health").json().path("pythonVersion").textValue()).isEqualTo("Python " + version);
    }

    @Test
    void sandboxIsTheTierOfHealth() {
        ObjectNode json = Shapes.success(http.execute("print(1)"));
        assertThat(http.get("/health").json().at("/sandbox/tier").textValue())
                .isEqualTo(json.at("/run/sandbox").textValue());
    }

    @Test
    void durationCoversTheProgram() {
        ObjectNode json = Shapes.success(http.execute("import time; time.sleep(0.25)"));
        assertThat(Duration.ofMillis(json.at("/run/durationMs").longValue()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(250));
    }

    @Test
    void cpuTimeCountsTheProgramsWork() {
        ObjectNode json = Shapes.success(http.execute("""
                import time
                while time.process_time() < 0.5: pass
                """));
        assertThat(json.at("/run/cpuMs").longValue()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void peakMemoryCountsWhatTheProgramTouched() {
        ObjectNode json = Shapes.success(http.execute("x = b'x' * (100 * 1024 * 1024)"));
        assertThat(json.at("/run/peakMemoryBytes").longValue()).isGreaterThan(100 * 1024 * 1024);
    }

    private static ObjectNode json() {
        return Json.MAPPER.createObjectNode();
    }
}
