package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.entries;
import static org.pyexec.sandbox.SandboxProcesses.residentPages;
import static org.pyexec.sandbox.SandboxProcesses.state;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;
import static org.pyexec.sandbox.SandboxProcesses.zygotes;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a sandbox: processes that are killed, and its end. */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT) // each has a sandbox of its own
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
            await().atMost(60, SECONDS).until(() -> supervisor.descendants().count() > 2);

            supervisor.destroyForcibly();

            await().atMost(60, SECONDS).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(sandbox.run("print('again')").stdout()).isEqualTo("again\n");
            assertThat(supervisor(sandbox).pid()).isNotEqualTo(supervisor.pid());
            assertThat(carried.get(60, SECONDS)).isNotNull();
            assertThat(entries(sandbox.directory())).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("identities")
    void supervisorThatHangsIsReplacedAndItsRunsAreTold(TestSandbox.Identity identity) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(identity).awaitReady()) {
            ProcessHandle supervisor = supervisor(sandbox);
            List<ProcessHandle> processes = supervisor.descendants().toList();
            CompletableFuture<Object> carried = CompletableFuture.supplyAsync(() -> outcome(sandbox));
            await().atMost(60, SECONDS).until(() -> supervisor.descendants().count() > 2);

            signal(supervisor, "STOP");

            await().atMost(60, SECONDS).until(() -> !sandbox.sandbox().status().ready());
            await().atMost(60, SECONDS).until(() -> !supervisor.isAlive());
            assertThat(carried.get(60, SECONDS)).isNotNull();
            sandbox.awaitReady();
            assertThat(sandbox.run("print('again')").stdout()).isEqualTo("again\n");
            await().atMost(60, SECONDS).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    private static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void closingARunEndsItsProgram() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            SandboxRun run = sandbox.sandbox().open(new Program("while True: pass", Duration.ofSeconds(60), false));
            await().atMost(60, SECONDS).until(() -> spinning(sandbox));

            run.close();

            await().atMost(60, SECONDS).until(() -> !spinning(sandbox));
            assertThatThrownBy(() -> run.await(new Recorder())).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void killedZygoteCostsOnlyTheRunsThatItCarried(String tier) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.startWithLibraries(TestSandbox.Identity.OURS, tier).awaitReady()) {
            await().atMost(60, SECONDS).until(() -> zygotes(sandbox).size() == 3);
            String code = "import numpy, time; print('begun'); time.sleep(%s); print('done')";
            assertThat(sandbox.run(code.formatted(0)).stdout()).isEqualTo("begun\ndone\n");
            ProcessHandle tables = zygotes(sandbox).get(1);
            CompletableFuture<TestSandbox.Result> carried = sandbox.runLater(code.formatted(50));
            CompletableFuture<TestSandbox.Result> other = sandbox.runLater("import time; time.sleep(3); print('done')");
            await().atMost(60, SECONDS).until(() -> carriesARun(tables));

            tables.destroyForcibly();

            assertThat(carried.get(60, SECONDS).reason()).isEqualTo("interrupted");
            assertThat(other.get(60, SECONDS).stdout()).isEqualTo("done\n");
            assertThat(sandbox.run(code.formatted(0)).stdout()).isEqualTo("begun\ndone\n");
            await().atMost(60, SECONDS).until(() -> zygotes(sandbox).size() == 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void killedWardenTakesItsProcessesAlongAndIsReplaced(String tier) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.startWithLibraries(TestSandbox.Identity.OURS, tier).awaitReady()) {
            await().atMost(60, SECONDS).until(() -> zygotes(sandbox).size() == 3);
            List<ProcessHandle> processes = supervisor(sandbox).descendants().toList();

            zygotes(sandbox).get(0).parent().orElseThrow().destroyForcibly();

            // A process that nobody has waited for counts as alive.
            await().atMost(60, SECONDS).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            await().atMost(60, SECONDS)
                    .ignoreExceptionsInstanceOf(SandboxUnavailableException.class)
                    .until(() -> sandbox.run("print(1)").stdout().equals("1\n"));
        }
    }

    private static boolean carriesARun(ProcessHandle zygote) {
        return zygote.children().anyMatch(child -> residentPages(child.pid()) > 0);
    }

    private static boolean spinning(TestSandbox sandbox) {
        return supervisor(sandbox)
                .descendants()
                .anyMatch(process -> state(process.pid()).equals("R"));
    }

    private static Object outcome(TestSandbox sandbox) {
        try {
            return sandbox.run("import time; time.sleep(60)", Duration.ofSeconds(60));
        } catch (IOException | SandboxUnavailableException | InputGoneException e) {
            return e;
        }
    }
}
