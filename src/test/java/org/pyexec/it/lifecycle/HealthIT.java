package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** {@code GET /health} and the probes. */
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class HealthIT {

    private final Http http;

    HealthIT(Http http) {
        this.http = http;
    }

    @Test
    void curlExampleOfTheSpecificationGivesItsFieldsInItsOrder() {
        ObjectNode json = healthy();
        assertThat(Json.fields(json))
                .containsSubsequence(
                        "status",
                        "pythonVersion",
                        "nodeVersion",
                        "platform",
                        "architecture",
                        "tempDir",
                        "storageUsage",
                        "uptime",
                        "activeDownloads",
                        "timestamp");
    }

    @Test
    void besideThemStandFourMoreAndNothingElse() {
        assertThat(Json.fields(healthy()))
                .containsExactlyInAnyOrder(
                        "status",
                        "pythonVersion",
                        "nodeVersion",
                        "platform",
                        "architecture",
                        "tempDir",
                        "storageUsage",
                        "uptime",
                        "activeDownloads",
                        "timestamp",
                        "javaVersion",
                        "server",
                        "sandbox",
                        "executions");
    }

    @Test
    void valuesAreThoseOfTheSpecification() {
        ObjectNode json = healthy();
        assertThat(json.path("status").textValue()).isEqualTo("healthy");
        assertThat(json.path("pythonVersion").textValue()).matches("Python 3\\.\\d+\\.\\d+");
        assertThat(json.path("nodeVersion").textValue()).matches("not applicable \\(Java \\d+[^)]*\\)");
        assertThat(json.path("platform").textValue()).isEqualTo("linux");
        assertThat(json.path("architecture").textValue())
                .isEqualTo(System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64");
        assertThat(json.path("tempDir").textValue()).startsWith("/");
        assertThat(json.path("storageUsage").isIntegralNumber()).isTrue();
        assertThat(json.path("uptime").isIntegralNumber()).isTrue();
        assertThat(json.path("activeDownloads").isIntegralNumber()).isTrue();
        assertThat(Shapes.time(json.path("timestamp")))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }

    @Test
    void additionsSayWhatTheyAre() {
        ObjectNode json = healthy();
        String java = json.path("javaVersion").asText();
        assertThat(java).matches("\\d+.*");
        assertThat(json.path("nodeVersion").textValue()).isEqualTo("not applicable (Java " + java + ")");
        assertThat(json.path("server").isMissingNode()).isFalse();
        assertThat(json.path("server").toString()).matches("(?s).*[A-Za-z].*\\d.*");
        assertThat(json.at("/sandbox/tier").textValue()).isIn("namespaces", "landlock");
        assertThat(json.at("/sandbox/layers").isArray()).isTrue();
        assertThat(json.at("/sandbox/layers")).isNotEmpty();
        for (String name : new String[] {"running", "queued", "capacity"}) {
            assertThat(json.path("executions").path(name).isIntegralNumber())
                    .as(name)
                    .isTrue();
        }
        assertThat(json.at("/executions/capacity").intValue()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void tempDirIsTheStorageFolder(Server server) {
        assertThat(server.http().get("/health").json().path("tempDir").textValue())
                .isEqualTo(server.storage().toString());
    }

    @Test
    void uptimeGrowsBySeconds() {
        long before = healthy().path("uptime").longValue();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> healthy().path("uptime").longValue() > before);
    }

    @Test
    void storageUsageAndActiveDownloadsCountWhatIsHeld() {
        // Files of other tests may expire at this very moment; one undisturbed look is enough.
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            ObjectNode before = healthy();
            http.hosted("a.bin", new byte[123_456]);
            http.hosted("b.bin", new byte[0]);
            ObjectNode after = healthy();
            assertThat(after.path("activeDownloads").longValue())
                    .isEqualTo(before.path("activeDownloads").longValue() + 2);
            assertThat(after.path("storageUsage").longValue()
                            - before.path("storageUsage").longValue())
                    .isBetween(123_456L, 130_000L);
        });
    }

    @Test
    void runningExecutionsAreCounted() {
        try (HeldSlot held = HeldSlot.take(http)) {
            assertThat(healthy().at("/executions/running").intValue()).isPositive();
            held.release();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> healthy().at("/executions/running").intValue() == 0);
    }

    @Test
    void twoHundredCallsStartNoInterpreter(Server server) {
        Http own = server.http();
        JsonNode first = own.get("/health").json();
        long before = Processes.ticksOfDescendants(server.process());
        for (int i = 0; i < 200; i++) {
            assertThat(own.get("/health").json().path("pythonVersion")).isEqualTo(first.path("pythonVersion"));
        }
        // An interpreter costs more than one tick of 10 ms to start, and there would have been two hundred.
        assertThat(Processes.ticksOfDescendants(server.process()) - before).isLessThan(150);
    }

    @Test
    void probesAnswer200() {
        assertThat(http.get("/health/live").status()).isEqualTo(200);
        assertThat(http.get("/health/ready").status()).isEqualTo(200);
    }

    private ObjectNode healthy() {
        Answer answer = http.get("/health");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }
}
