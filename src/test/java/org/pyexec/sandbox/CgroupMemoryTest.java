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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of a run as a whole, where this host lets us make control groups and where not. */
class CgroupMemoryTest {

    /** The scratch folder and a MemoryError's last words come on top of the 512 MB: TestSandbox's settings, policy.py. */
    private static final long LIMIT = (512L + 64 + 16) << 20;

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
            Optional<Path> groups = ControlGroups.of(sandbox);
            assertThat(sandbox.sandbox().status().layers().contains("cgroup")).isEqualTo(groups.isPresent());
            if (groups.isEmpty()) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                return;
            }
            // Those that are parked.
            await().atMost(60, SECONDS).until(() -> members(groups.get()).size() >= 2);
            for (Path group : ControlGroups.within(groups.get())) {
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
            Optional<Path> groups = ControlGroups.of(sandbox);
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
                for (int i = 0; i < 2 * ControlGroups.within(groups.get()).size(); i++) {
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
            Optional<Path> groups = ControlGroups.of(sandbox);
            CompletableFuture<TestSandbox.Result> looking = sandbox.runLater(LOOK_IN_VAIN);
            while (!looking.isDone()) {
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
            }
            assertThat(looking.join().reason()).isEqualTo("completed");
            if (groups.isPresent()) {
                await().atMost(60, SECONDS)
                        .until(() -> ControlGroups.numbers(groups.get(), "memory.usage_in_bytes").stream()
                                .allMatch(usage -> usage < 32 << 20));
            }
            assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
        }
    }

    private static List<Long> limits(Path groups) throws IOException {
        return ControlGroups.numbers(groups, "memory.limit_in_bytes");
    }

    /** As if the machine were smaller than what the programs may take. */
    @Test
    void programsThatTakeTooMuchForTheMachineEndBeforeTheServer() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady()) {
            Optional<Path> groups = ControlGroups.of(sandbox);
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
            Optional<Path> groups = ControlGroups.of(sandbox);
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
        for (List<String> launcher : List.of(List.<String>of(), ControlGroups.HIDDEN)) {
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
        try (TestSandbox sandbox = TestSandbox.start(ControlGroups.HIDDEN, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            for (ProgramFile program : programs) {
                Verdict.check(sandbox, program);
            }
        }
    }

    /** An administrator may ask the kernel how large an object is of which a program keeps a single page. */
    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void memoryOfWhichOnePageIsKeptIsFoundWithoutGroups(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(ControlGroups.HIDDEN, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            TestSandbox.Result result = sandbox.run(ONE_PAGE_OF_EACH);

            assertThat(result.reason()).as(result.details()).isEqualTo("memory");
        }
    }

    private static List<String> members(Path groups) throws IOException {
        List<String> members = new ArrayList<>();
        for (Path group : ControlGroups.within(groups)) {
            members.addAll(Files.readAllLines(group.resolve("cgroup.procs")));
        }
        return members;
    }
}
