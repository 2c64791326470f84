package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left, and what is there again, after the server ended in an ordinary way. */
class RestartIT {

    private final Path storage = Server.temporaryFolder();
    private final Map<String, String> settings = Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString());

    @AfterEach
    void deleteStorage() {
        Server.deleteFolder(storage);
    }

    @Tag("engine")
    @Test
    void filesAreThereAgainAfterAnOrdinaryEnd() {
        String hosted;
        try (Server server = Server.start(settings)) {
            hosted = server.http().hosted("a.txt", new byte[] {1, 2, 3});
        }
        try (Server again = Server.start(settings)) {
            assertThat(again.http().get(hosted).body()).containsExactly(1, 2, 3);
        }
    }

    @Tag("engine")
    @Test
    void expiryIsTheOldOneAfterARestart() {
        String hosted;
        Instant expires;
        try (Server server = Server.start(with("FILE_TTL_SECONDS", "40"))) {
            ObjectNode json = server.http().host("a.txt", new byte[3]).json();
            hosted = json.path("downloadUrl").textValue();
            expires = Shapes.time(json.path("expires"));
            server.kill();
        }
        try (Server again = Server.start(settings)) {
            Http http = again.http();
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                Answer answer = http.get(hosted);
                assertThat(answer.status() == 200 || !Instant.now().isBefore(expires))
                        .as("%s before %s", answer, expires)
                        .isTrue();
                return answer.status() == 410;
            });
        }
    }

    @Test
    void terminationEndsTheServerAndItsRunsWithinFiveSeconds() {
        String marker = Processes.marker();
        try (Server server = Server.start(settings)) {
            startRun(server, marker);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Processes.withArgument(marker).isEmpty());
            List<ProcessHandle> tree = Stream.concat(
                            Stream.of(server.process()), server.process().descendants())
                    .toList();
            server.terminate();
            await().atMost(Duration.ofSeconds(5)).until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(Processes.withArgument(marker)).isEmpty();
            assertThat(Processes.mentioning(storage)).isEmpty();
        }
    }

    private void startRun(Server server, String marker) {
        CompletableFuture<Answer> lost =
                server.http().executeLater(Processes.startDaemon(marker) + "while True: pass", 60);
        assertThat(lost).isNotDone();
    }

    private Map<String, String> with(String name, String value) {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put(name, value);
        return all;
    }
}
