package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every run has a control group where this host lets us make any, and does without where not. Which of the two this host
 * is, the test finds out by making one itself, under version 1's memory controller.
 */
class CgroupsTest {

    /** The scratch folder and a MemoryError's last words come on top of the 512 MB: TestSandbox's settings, policy.py. */
    private static final long LIMIT = (512L + 64 + 16) << 20;

    private static final List<String> WITHOUT_GROUPS =
            List.of("unshare", "--mount", "/bin/sh", "-c", "umount --recursive /sys/fs/cgroup; exec \"$@\"", "sh");

    private static final String TOO_MUCH_TOGETHER = """
            import os, time
            for _ in range(12):
                if os.fork() == 0:
                    block = bytearray(100 << 20)
                    time.sleep(30)
                    os._exit(0)
            time.sleep(30)
            """;

    private static final String ONE_PAGE_OF_EACH = """
            import ctypes, time
            libc = ctypes.CDLL(None)
            libc.mmap.restype = ctypes.c_void_p
            for _ in range(40):
                whole = libc.mmap(None, 32 << 20, 3, 0x8021, -1, ctypes.c_long(0))  # shared, anonymous, populated
                libc.munmap(ctypes.c_void_p(whole + 4096), (32 << 20) - 4096)
            time.sleep(30)
            """;

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void everyChildIsInALimitedGroup(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = groupsOf(sandbox);
            assertThat(sandbox.sandbox().status().layers().contains("cgroup")).isEqualTo(groups.isPresent());
            if (groups.isEmpty()) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                return;
            }
            // Those that are parked.
            await().atMost(60, SECONDS).until(() -> members(groups.get()).size() >= 2);
            for (Path group : groupsWithin(groups.get())) {
                assertThat(Files.readString(group.resolve("memory.limit_in_bytes"))
                                .strip())
                        .isEqualTo(String.valueOf(LIMIT));
            }
        }
    }

    @Test
    void runWithLessMemoryHasAGroupWithLess() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = groupsOf(sandbox);
            Program waiting = new Program(
                    "import time; time.sleep(60)",
                    Duration.ofSeconds(60),
                    false,
                    Inputs.NONE,
                    new Limits(OptionalInt.of(256), OptionalInt.empty(), OptionalInt.empty()));
            try (SandboxRun run = sandbox.sandbox().open(waiting)) {
                if (groups.isPresent()) {
                    long lower = LIMIT - (256L << 20);
                    await().atMost(60, SECONDS).until(() -> limits(groups.get()).contains(lower));
                }
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                run.cancel();
            }
            if (groups.isPresent()) { // and the next run in that group has all of it again
                for (int i = 0; i < 2 * groupsWithin(groups.get()).size(); i++) {
                    assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
                }
                await().atMost(60, SECONDS)
                        .until(() -> limits(groups.get()).stream().allMatch(limit -> limit == LIMIT));
            }
        }
    }

    private static final String LOOK_IN_VAIN = """
            import os
            for number in range(400_000):
                os.path.exists(f"/usr/lib/{number}-of-many-names-that-are-not-there")
            """;

    /** The kernel keeps such names, and counts them where they were looked for first. */
    @Test
    void namesThatAreNotThereAreForgottenWithTheRun() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = groupsOf(sandbox);
            CompletableFuture<TestSandbox.Result> looking = sandbox.runLater(LOOK_IN_VAIN);
            while (!looking.isDone()) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
            }
            assertThat(looking.join().reason()).isEqualTo("completed");
            if (groups.isPresent()) {
                await().atMost(60, SECONDS)
                        .until(() -> numbers(groups.get(), "memory.usage_in_bytes").stream()
                                .allMatch(usage -> usage < 32 << 20));
            }
            assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
        }
    }

    private static List<Long> limits(Path groups) throws IOException {
        return numbers(groups, "memory.limit_in_bytes");
    }

    private static List<Long> numbers(Path groups, String file) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (Path group : groupsWithin(groups)) {
            numbers.add(Long.parseLong(Files.readString(group.resolve(file)).strip()));
        }
        return numbers;
    }

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
            if (!canMakeGroupIn(Path.of("/sys/fs/cgroup/cpu"))) {
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
            Optional<Path> groups = groupsOf(sandbox);
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

    /** As if the machine were smaller than what the programs may take. */
    @Test
    void programsThatTakeTooMuchForTheMachineEndBeforeTheServer() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = groupsOf(sandbox);
            if (groups.isPresent()) {
                Files.writeString(groups.get().resolve("memory.limit_in_bytes"), String.valueOf(300 << 20));
                String large = "import time; block = bytearray(200 << 20); time.sleep(3); print(len(block))";
                List<CompletableFuture<TestSandbox.Result>> programs =
                        List.of(sandbox.runLater(large), sandbox.runLater(large), sandbox.runLater(large));
                long supervisor = sandbox.sandbox().supervisorPid().orElseThrow();
                do {
                    assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                } while (!programs.stream().allMatch(CompletableFuture::isDone));
                assertThat(programs)
                        .extracting(each -> each.join().reason())
                        .contains("memory")
                        .doesNotContain("killed");
                assertThat(sandbox.sandbox().supervisorPid()).hasValue(supervisor);
            }
            assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
        }
    }

    @Test
    void allRunsTogetherLeaveMemoryToTheServer() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            Optional<Path> groups = groupsOf(sandbox);
            if (groups.isPresent()) {
                long limit = Long.parseLong(Files.readString(groups.get().resolve("memory.limit_in_bytes"))
                        .strip());
                OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
                assertThat(limit)
                        .isGreaterThan(LIMIT)
                        .isLessThan(Math.max(2 * LIMIT, machine.getTotalMemorySize() * 4 / 5));
            }
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void processesThatTakeTooMuchTogetherEndTheRun() throws Exception {
        for (List<String> launcher : List.of(List.<String>of(), WITHOUT_GROUPS)) {
            try (TestSandbox sandbox = TestSandbox.start(launcher, "namespaces", TestSandbox.PYTHON)
                    .awaitReady()) {
                TestSandbox.Result result = sandbox.run(TOO_MUCH_TOGETHER, Duration.ofSeconds(25));

                assertThat(result.reason()).isEqualTo("memory");
                assertThat(result.details()).isEqualTo("Memory limit of 512 MB exceeded");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void hiddenMemoryIsFoundWithoutGroups(String tier) throws Exception {
        List<ProgramFile> programs = ProgramFile.all().stream()
                .filter(program -> program.name().contains("memory_") && program.appliesTo(tier))
                .toList();
        assertThat(programs).hasSizeGreaterThan(4);
        try (TestSandbox sandbox =
                TestSandbox.start(WITHOUT_GROUPS, tier, TestSandbox.PYTHON).awaitReady()) {
            for (ProgramFile program : programs) {
                Verdict.check(sandbox, program);
            }
        }
    }

    /** An administrator may ask the kernel how large an object is of which a program keeps a single page. */
    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void memoryOfWhichOnePageIsKeptIsFoundWithoutGroups(String tier) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.start(WITHOUT_GROUPS, tier, TestSandbox.PYTHON).awaitReady()) {
            TestSandbox.Result result = sandbox.run(ONE_PAGE_OF_EACH);

            assertThat(result.reason()).as(result.details()).isEqualTo("memory");
        }
    }

    @Test
    void hostWithoutGroupsIsServedAllTheSame() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(WITHOUT_GROUPS, "namespaces", TestSandbox.PYTHON)
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
            killed = groupsOf(sandbox);
            ProcessHandle supervisor = ProcessHandle.of(
                            sandbox.sandbox().supervisorPid().orElseThrow())
                    .orElseThrow();
            supervisor.destroyForcibly();
            await().atMost(60, SECONDS).until(() -> !supervisor.isAlive());

            assertThat(sandbox.run("print('again')").stdout()).isEqualTo("again\n");

            closed = groupsOf(sandbox);
            assertThat(killed.filter(Files::exists)).isEmpty();
        }
        assertThat(closed.filter(Files::exists)).isEmpty();
    }

    private static Optional<Path> groupsOf(TestSandbox sandbox) throws IOException {
        long pid = sandbox.sandbox().supervisorPid().orElseThrow();
        return ownGroup().map(own -> own.resolve("pyexec-" + pid));
    }

    /** The memory group of this process, if groups can be made in it. */
    private static Optional<Path> ownGroup() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            Path own = Path.of("/sys/fs/cgroup/memory").resolve(parts[2].substring(1));
            if (List.of(parts[1].split(",", -1)).contains("memory") && canMakeGroupIn(own)) {
                return Optional.of(own);
            }
        }
        return Optional.empty();
    }

    private static boolean canMakeGroupIn(Path own) {
        try {
            Path probe = Files.createDirectory(
                    own.resolve("test-" + ProcessHandle.current().pid()));
            Files.delete(probe);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> groupsWithin(Path groups) throws IOException {
        try (Stream<Path> entries = Files.list(groups)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private static List<String> members(Path groups) throws IOException {
        List<String> members = new ArrayList<>();
        for (Path group : groupsWithin(groups)) {
            members.addAll(Files.readAllLines(group.resolve("cgroup.procs")));
        }
        return members;
    }
}
