package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sandbox starts, breaks, recovers and goes away without leaving anything. */
class LifecycleTest {

    static List<TestSandbox.Identity> identities() throws IOException {
        return TestSandbox.Identity.possible();
    }

    @ParameterizedTest
    @MethodSource("identities")
    void closingLeavesNoProcessAndNoFolder(TestSandbox.Identity identity) throws Exception {
        TestSandbox sandbox = TestSandbox.start(identity).awaitReady();
        assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        List<ProcessHandle> processes = supervisor(sandbox).descendants().toList();

        sandbox.close();

        assertThat(processes).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        assertThat(entries(sandbox.directory())).isEmpty();
        assertThat(sandbox.sandbox().status().ready()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("identities")
    void killedSupervisorTakesEverythingAlongAndIsReplaced(TestSandbox.Identity identity) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(identity).awaitReady()) {
            ProcessHandle supervisor = supervisor(sandbox);
            List<ProcessHandle> processes = supervisor.descendants().toList();
            CompletableFuture<Object> carried = CompletableFuture.supplyAsync(() -> outcome(sandbox));
            await().atMost(10, SECONDS).until(() -> supervisor.descendants().count() > 2);

            supervisor.destroyForcibly();

            await().atMost(10, SECONDS).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(sandbox.run("print('again')").stdout()).isEqualTo("again\n");
            assertThat(supervisor(sandbox).pid()).isNotEqualTo(supervisor.pid());
            assertThat(carried.get(30, SECONDS)).isNotNull();
            assertThat(entries(sandbox.directory())).hasSize(1);
        }
    }

    @Test
    void missingInterpreterIsNamedAndFoundOnceItIsThere() throws Exception {
        Path folder = Files.createTempDirectory("interpreter-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path python = folder.resolve("python3");
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "auto", python.toString())) {
            await().atMost(10, SECONDS)
                    .until(() -> sandbox.sandbox().status().problem().orElse("").contains(python.toString()));
            assertThatThrownBy(() -> sandbox.run("print(1)"))
                    .isInstanceOf(SandboxUnavailableException.class)
                    .hasMessageContaining("Python not available")
                    .message()
                    .hasLineCount(1);

            Files.createSymbolicLink(python, Path.of(TestSandbox.PYTHON));

            sandbox.awaitReady();
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
            assertThat(sandbox.sandbox().status().pythonVersion()).isPresent();
        }
    }

    @Test
    void closingARunEndsItsProgram() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            SandboxRun run = sandbox.sandbox().open(new Program("while True: pass", Duration.ofSeconds(60), false));
            await().atMost(10, SECONDS).until(() -> spinning(sandbox));

            run.close();

            await().atMost(10, SECONDS).until(() -> !spinning(sandbox));
            assertThatThrownBy(() -> run.await(new TestSandbox.Recorder())).isInstanceOf(IOException.class);
        }
    }

    private static boolean spinning(TestSandbox sandbox) {
        return supervisor(sandbox)
                .descendants()
                .anyMatch(process -> state(process.pid()).equals("R"));
    }

    private static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException e) {
            return "";
        }
    }

    private static Object outcome(TestSandbox sandbox) {
        try {
            return sandbox.run("import time; time.sleep(60)", Duration.ofSeconds(60));
        } catch (IOException | SandboxUnavailableException e) {
            return e;
        }
    }

    private static ProcessHandle supervisor(TestSandbox sandbox) {
        return ProcessHandle.of(sandbox.sandbox().supervisorPid().orElseThrow()).orElseThrow();
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
