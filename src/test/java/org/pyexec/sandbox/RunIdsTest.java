package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** User ids on the host: where the server is root, two runs never share what the kernel counts for a user. */
class RunIdsTest {

    private static final int COMMON = 65520;
    private static final int OTHERS = 10; // together more than one user may have

    /** Fills as many pipes as a process may have; pipe(7), pipe-user-pages-soft. */
    private static final String MANY_PIPES = """
            import os, time
            held = []
            try:
                while True:
                    held.append(os.pipe())
            except OSError:
                pass
            time.sleep(4)
            print(len(held))
            """;

    private static final String SIZE_OF_A_PIPE =
            "import fcntl, os; print(fcntl.fcntl(os.pipe()[1], 1032))"; // F_GETPIPE_SZ

    /** An ordinary user has no ids to give: there the sandbox must not say that it has. */
    private static boolean isRoot() throws IOException {
        if (TestSandbox.Identity.possible().contains(TestSandbox.Identity.ORDINARY_USER)) {
            return true;
        }
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS)) {
            assertThat(sandbox.awaitReady().sandbox().status().layers()).doesNotContain("uid");
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void eachRunHasAnIdOfItsOwn(String tier) throws Exception {
        if (!isRoot()) {
            return;
        }
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().layers()).contains("uid");
            List<CompletableFuture<TestSandbox.Result>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(sandbox.runLater("import time; time.sleep(5)"));
            }
            await().atMost(60, SECONDS).untilAsserted(() -> {
                List<Integer> ids = supervisor(sandbox)
                        .descendants()
                        .map(process -> uid(process.pid()))
                        .filter(uid -> uid > COMMON)
                        .toList();
                assertThat(ids).hasSizeGreaterThanOrEqualTo(6).doesNotHaveDuplicates();
            });
            for (CompletableFuture<TestSandbox.Result> run : runs) {
                assertThat(run.get(60, SECONDS).reason()).isEqualTo("completed");
            }
        }
    }

    private static int uid(long pid) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseInt(line.split("\\s+", -1)[1]))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException ended) {
            return -1;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void pipesAreAsLargeAsEverBesideRunsThatHaveMany(String tier) throws Exception {
        if (!isRoot()) {
            return;
        }
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)) {
            sandbox.awaitReady();
            List<CompletableFuture<TestSandbox.Result>> others = new ArrayList<>();
            for (int i = 0; i < OTHERS; i++) {
                others.add(sandbox.runLater(MANY_PIPES));
            }
            do {
                assertThat(sandbox.run(SIZE_OF_A_PIPE).stdout()).isEqualTo("65536\n");
            } while (!others.stream().allMatch(CompletableFuture::isDone));
            for (CompletableFuture<TestSandbox.Result> other : others) {
                assertThat(Integer.parseInt(other.get(60, SECONDS).stdout().strip()))
                        .isGreaterThan(100);
            }
        }
    }

    @Test
    void anOrdinaryUsersServerSaysThatRunsHaveNone() throws Exception {
        if (!isRoot()) {
            return;
        }
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.ORDINARY_USER, "auto", TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().layers()).doesNotContain("uid");
        }
    }
}
