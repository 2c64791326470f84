package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Every run has a control group where this host lets us make any, and does without where not. Which of the two this host
 * is, the test finds out by making one itself, under version 1's memory controller.
 */
class CgroupsTest {

    /** Each in a session of its own, which the kernel otherwise treats as a user's whole desktop; sched(7). */
    private static final String MANY_SESSIONS = """
            import os, resource, time
            until = time.monotonic() + 4
            children = []
            for _ in range(60):
                child = os.fork()
                if child == 0:
                    os.setsid()
                    while time.monotonic() < until: pass
                    os._exit(0)
                children.append(child)
            for child in children: os.waitpid(child, 0)
            print(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]))
            """;

    private static final String ONE_PROCESS = """
            import time
            until = time.monotonic() + 4
            while time.monotonic() < until: pass
            print(time.process_time())
            """;

    @Test
    void sessionsDoNotMultiplyTheShareOfARun() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            if (!ControlGroups.canBeMadeIn(Path.of("/sys/fs/cgroup/cpu"))) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                return; // docs/threat-model.md says what becomes of it there
            }
            CompletableFuture<TestSandbox.Result> many = sandbox.runLater(MANY_SESSIONS);
            CompletableFuture<TestSandbox.Result> one = sandbox.runLater(ONE_PROCESS);

            double share = Double.parseDouble(one.get(120, SECONDS).stdout().strip());

            // In 61 sessions it would have a thirtieth of what they have on one processor, a sixtieth on several.
            assertThat(share * 6)
                    .isGreaterThan(
                            Double.parseDouble(many.get(120, SECONDS).stdout().strip()));
        }
    }

    @Test
    void helperOfARunWithNetworkIsInItsGroups() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = ControlGroups.of(sandbox);
            if (groups.isEmpty() || !sandbox.sandbox().status().network()) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                return;
            }
            Program waiting = new Program("import time; time.sleep(60)", Duration.ofSeconds(60), true);
            try (SandboxRun run = sandbox.sandbox().open(waiting)) {
                await().atMost(60, SECONDS)
                        .until(() -> helperGroups(sandbox).stream()
                                .anyMatch(line -> line.contains("memory:") && line.contains("/pyexec-")));
                await().atMost(60, SECONDS)
                        .until(() -> helperGroups(sandbox).stream()
                                .anyMatch(line -> line.contains("cpu:") && line.contains("/pyexec-")));
                run.cancel();
            }
        }
    }

    private static List<String> helperGroups(TestSandbox sandbox) throws IOException {
        Optional<ProcessHandle> helper = SandboxProcesses.supervisor(sandbox)
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("slirp4netns"))
                .findFirst();
        return helper.isEmpty()
                ? List.of()
                : Files.readAllLines(
                        Path.of("/proc/%d/cgroup".formatted(helper.get().pid())));
    }

    @Test
    void hostWithoutGroupsIsServedAllTheSame() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(ControlGroups.HIDDEN, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            assertThat(sandbox.sandbox().status().layers()).contains("seccomp").doesNotContain("cgroup");
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void groupsGoWithTheirSupervisorHoweverItEnds() throws Exception {
        Optional<Path> killed;
        Optional<Path> closed;
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            killed = ControlGroups.of(sandbox);
            ProcessHandle supervisor = ProcessHandle.of(
                            sandbox.sandbox().supervisorPid().orElseThrow())
                    .orElseThrow();
            supervisor.destroyForcibly();
            await().atMost(60, SECONDS).until(() -> !supervisor.isAlive());

            assertThat(sandbox.run("print('again')").stdout()).isEqualTo("again\n");

            closed = ControlGroups.of(sandbox);
            assertThat(killed.filter(Files::exists)).isEmpty();
        }
        assertThat(closed.filter(Files::exists)).isEmpty();
    }
}
