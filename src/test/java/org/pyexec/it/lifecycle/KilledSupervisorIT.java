package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.OpenDescriptors;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** The sandbox's supervisor is killed again and again while programs run. */
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.OBSERVED)
class KilledSupervisorIT {

    private static final int KILLS = 5;
    private static final int CLIENTS = 6;
    private static final int CAPACITY = 4;
    private static final int RUNS_BETWEEN_KILLS = 30;
    private static final String CODE = """
            import time
            time.sleep(0.05)
            open('number.txt', 'w').write('%1$d')
            print(%1$d)
            """;

    private final Server server;
    private final Http http;

    KilledSupervisorIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger succeeded = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    @Test
    void onlyTheRunsInFlightFailAndEachIsToldClearly() throws Exception {
        Shapes.success(http.execute("print(1)"));
        int descriptors = OpenDescriptors.descriptors(server.process()).size();
        int downloads = downloads();
        List<ProcessHandle> killed = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<Void>> loads = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                loads.add(clients.submit(this::load));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                awaitMoreSuccesses(loads);
                killed.addAll(killSupervisor());
            }
            awaitMoreSuccesses(loads);
            over.set(true);
            for (Future<Void> load : loads) {
                load.get(60, TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            clients.shutdownNow();
        }

        assertThat(interrupted.get()).isBetween(1, KILLS * CAPACITY);
        assertNothingIsLeft(killed, descriptors, downloads);
    }

    private void awaitMoreSuccesses(List<Future<Void>> loads) {
        int enough = succeeded.get() + RUNS_BETWEEN_KILLS;
        await().atMost(Duration.ofMinutes(2))
                .until(() -> succeeded.get() >= enough || loads.stream().anyMatch(Future::isDone));
    }

    private Void load() {
        while (!over.get()) {
            int number = numbers.incrementAndGet();
            check(number, http.execute(CODE.formatted(number)));
        }
        return null;
    }

    /** The right result, or a clear message about the interruption; nothing else. */
    private void check(int number, Answer answer) {
        JsonNode reason = answer.json().at("/run/reason");
        if (answer.status() == 503) {
            ObjectNode error = Shapes.executeError(answer, 503);
            assertThat(error.path("error").textValue()).isEqualTo("Sandbox is not available");
            assertThat(answer.required("Retry-After")).matches("[1-9]\\d*");
            interrupted.incrementAndGet();
        } else if (reason.asText().equals("interrupted") || reason.asText().equals("killed")) {
            Shapes.failure(answer, reason.asText());
            interrupted.incrementAndGet();
        } else {
            ObjectNode run = Shapes.success(answer);
            assertThat(run.path("output").textValue()).isEqualTo(number + "\n");
            String url = run.at("/generatedFiles/0/downloadUrl").textValue();
            assertThat(http.get(url).text()).isEqualTo(Integer.toString(number));
            succeeded.incrementAndGet();
        }
    }

    /** Kills the supervisor; returns it with all processes that it had started. */
    private List<ProcessHandle> killSupervisor() {
        ProcessHandle supervisor = supervisor();
        List<ProcessHandle> family =
                Stream.concat(Stream.of(supervisor), supervisor.descendants()).toList();
        supervisor.destroyForcibly();
        return family;
    }

    private ProcessHandle supervisor() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                server.process().children().map(child -> child.pid() + " " + child.info()))
                        .hasSize(1));
        return server.process().children().findAny().orElseThrow();
    }

    private void assertNothingIsLeft(List<ProcessHandle> killed, int descriptors, int downloads) throws IOException {
        assertThat(killed).hasSizeGreaterThan(KILLS);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(killed).noneMatch(ProcessHandle::isAlive);
            assertThat(server.process().children()).hasSize(1);
            JsonNode health = http.get("/health").json();
            assertThat(health.path("status").textValue()).isEqualTo("healthy");
            assertThat(health.at("/executions/running").intValue()).isZero();
            assertThat(health.at("/executions/queued").intValue()).isZero();
            assertThat(downloads()).isEqualTo(downloads + succeeded.get());
            assertThat(OpenDescriptors.deletedFiles(server.process())).isEmpty();
            assertThat(OpenDescriptors.descriptors(server.process()))
                    .hasSizeLessThan(descriptors + 2 * CLIENTS + CAPACITY + KILLS);
            assertThat(entries(server.storage().resolve("runtime"))).hasSize(1);
        });
        Shapes.success(http.execute("print(1)"));
    }

    private int downloads() {
        return http.get("/health").json().path("activeDownloads").intValue();
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
