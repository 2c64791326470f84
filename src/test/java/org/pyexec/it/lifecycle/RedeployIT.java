package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.DeploymentFolder;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.OpenDescriptors;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;
import org.pyexec.it.support.StorageFolder;

/** The application is undeployed and deployed again while its server runs. */
@Order(7) // waits for long
@Tag("slow")
@Tag("redeploy")
@NeedsServer(Setup.FOLDER)
class RedeployIT {

    private static final Pattern THREAD = Pattern.compile("(?m)^\"");

    private final Server server;
    private final Path storage;
    private final DeploymentFolder folder;

    RedeployIT(Server server) {
        this.server = server;
        this.storage = server.storage();
        this.folder = DeploymentFolder.of(server);
    }

    @BeforeEach
    void deployAtTheRoot() {
        folder.deployAt("");
    }

    @Test
    void undeploymentLeavesNothingBehindAndTheNextDeploymentHasTheFiles() throws Exception {
        List<String> before = new StorageFolder(storage).folders();
        String hosted = server.http().hosted("grüße.txt", new byte[] {1, 2, 3});
        for (int round = 0; round < 2; round++) {
            CompletableFuture<Answer> lost = startRun(server);
            CompletableFuture<Boolean> stream = followRun(server);
            String session = openSession(server);
            folder.takeAway();
            await().atMost(Duration.ofMinutes(1)).until(() -> folder.status("/api") == 404);
            assertNothingIsLeft(server);
            // The request may be answered or its connection closed, depending on the server.
            assertThat(lost.handle((answer, failure) -> true).get(60, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(stream.get(60, TimeUnit.SECONDS)).isTrue();

            folder.putBack();
            await().atMost(Duration.ofMinutes(2)).until(() -> folder.status("/health/ready") == 200);
            assertThat(server.http().get(hosted).body()).containsExactly(1, 2, 3);
            assertThat(server.http().get("/sessions/" + session).status()).isEqualTo(410);
            assertThat(Shapes.success(server.http().execute("print(6 * 7)"))
                            .path("output")
                            .textValue())
                    .isEqualTo("42\n");
        }
        assertThat(new StorageFolder(storage).folders()).isEqualTo(before);
    }

    /** A program with a child of its own; returns when both are running. */
    private static CompletableFuture<Answer> startRun(Server server) {
        String marker = Processes.marker();
        CompletableFuture<Answer> answer =
                server.http().executeLater(Processes.startDaemon(marker) + "while True: pass", 60);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !Processes.withArgument(marker).isEmpty());
        return answer;
    }

    /** A stream that has begun; the future is completed when it ends or its connection closes. */
    private static CompletableFuture<Boolean> followRun(Server server) throws IOException {
        String body = Json.object("code", "import time\nprint('here')\ntime.sleep(50)", "timeout", 60);
        EventReader events = new EventReader(
                server.http().stream(body, "Accept", "text/event-stream").body());
        assertThat(events.next().text()).isEqualTo("here\n");
        return CompletableFuture.supplyAsync(() -> {
            try (events) {
                events.rest();
            } catch (IOException e) {
                return true; // broken off
            }
            return true;
        });
    }

    /** A session in which a thread goes on. */
    private static String openSession(Server server) {
        Answer opened = server.http().send("POST", "/sessions", new byte[0]);
        assertThat(opened.status()).isEqualTo(201);
        String id = opened.json().path("sessionId").textValue();
        String code = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()";
        Shapes.success(server.http().post(Json.object("code", code, "session", id)));
        return id;
    }

    private void assertNothingIsLeft(Server server) {
        ProcessHandle process = server.process();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(process.descendants()).isEmpty();
            assertThat(OpenDescriptors.descriptors(process)).noneMatch(target -> target.startsWith(storage.toString()));
            assertThat(threadsInTheApplication(process)).isEmpty();
        });
        assertThat(storage.resolve("runtime"))
                .satisfiesAnyOf(
                        runtime -> assertThat(runtime).doesNotExist(),
                        runtime -> assertThat(runtime).isEmptyDirectory());
    }

    /** The stack of each thread that is in the application's code or waits for it. */
    private static List<String> threadsInTheApplication(ProcessHandle server) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process dump = new ProcessBuilder(jcmd.toString(), Long.toString(server.pid()), "Thread.print")
                .redirectErrorStream(true)
                .start();
        String text = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(dump.waitFor()).as(text).isZero();
        List<String> threads = THREAD.splitAsStream(text).skip(1).toList();
        assertThat(threads).hasSizeGreaterThan(5);
        return threads.stream()
                .filter(thread -> thread.replace("org.pyexec.it.", "").contains("pyexec"))
                .toList();
    }
}
