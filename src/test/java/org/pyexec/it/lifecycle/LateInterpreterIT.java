package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** A server that starts without an interpreter, which is installed later. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.LATE_INTERPRETER)
class LateInterpreterIT {

    @Test
    void missingInterpreterIsSaidAndItsArrivalNoticedWithoutARestart(Server server) throws IOException {
        Http http = server.http().asManyClients();
        assertUnhealthy(http.get("/health"));
        assertThat(http.get("/health/live").status()).isEqualTo(200);
        assertThat(http.get("/health/ready").status()).isEqualTo(503);
        Shapes.executeError(http.execute("print(1)"), 503);
        assertThat(http.get("/").status()).isEqualTo(200);
        assertThat(http.get("/api").status()).isEqualTo(200);
        assertThat(http.get(http.hosted("a.txt", new byte[] {7})).body()).containsExactly(7);

        Files.createSymbolicLink(Setup.latePython(), Path.of("/usr/bin/python3"));
        await().atMost(Duration.ofSeconds(90)).until(() -> http.get("/health").status() == 200);
        await().atMost(Duration.ofSeconds(90))
                .until(() -> http.get("/health/ready").status() == 200);
        assertThat(http.get("/health").json().path("status").textValue()).isEqualTo("healthy");
        assertThat(Shapes.success(http.execute("print(1)")).path("output").textValue())
                .isEqualTo("1\n");
    }

    private static void assertUnhealthy(Answer answer) {
        assertThat(answer.status()).isEqualTo(500);
        ObjectNode json = answer.json();
        assertThat(Json.fields(json)).containsExactly("status", "error", "details", "timestamp");
        assertThat(json.path("status").textValue()).isEqualTo("unhealthy");
        assertThat(json.path("error").textValue()).isEqualTo("Python not available");
        assertThat(json.path("details").textValue()).isNotBlank();
        Shapes.time(json.path("timestamp"));
    }
}
