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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            folder.toFile().deleteOnExit();
            python.toFile().deleteOnExit();

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

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void killedZygoteCostsOnlyTheRunsThatItCarried(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            await().atMost(30, SECONDS).until(() -> zygotes(sandbox).size() == 3);
            String code = "import numpy, time; print('begun'); time.sleep(%s); print('done')";
            assertThat(sandbox.run(code.formatted(0)).stdout()).isEqualTo("begun\ndone\n");
            ProcessHandle tables = zygotes(sandbox).get(1);
            CompletableFuture<TestSandbox.Result> carried = run(sandbox, code.formatted(50));
            CompletableFuture<TestSandbox.Result> other = run(sandbox, "import time; time.sleep(3); print('done')");
            await().atMost(10, SECONDS).until(() -> carriesARun(tables));

            tables.destroyForcibly();

            assertThat(carried.get(20, SECONDS).reason()).isEqualTo("interrupted");
            assertThat(other.get(20, SECONDS).stdout()).isEqualTo("done\n");
            assertThat(sandbox.run(code.formatted(0)).stdout()).isEqualTo("begun\ndone\n");
            await().atMost(30, SECONDS).until(() -> zygotes(sandbox).size() == 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void killedWardenTakesItsProcessesAlongAndIsReplaced(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            await().atMost(30, SECONDS).until(() -> zygotes(sandbox).size() == 3);
            List<ProcessHandle> processes = supervisor(sandbox).descendants().toList();

            zygotes(sandbox).get(0).parent().orElseThrow().destroyForcibly();

            // A process that nobody has waited for counts as alive.
            await().atMost(10, SECONDS).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            await().atMost(30, SECONDS)
                    .ignoreExceptionsInstanceOf(SandboxUnavailableException.class)
                    .until(() -> sandbox.run("print(1)").stdout().equals("1\n"));
        }
    }

    private static CompletableFuture<TestSandbox.Result> run(TestSandbox sandbox, String code) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return sandbox.run(code, Duration.ofSeconds(60));
            } catch (IOException | SandboxUnavailableException | InputGoneException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The warden's children that stay, oldest first: plain, tables, all. */
    private static List<ProcessHandle> zygotes(TestSandbox sandbox) {
        return supervisor(sandbox)
                .descendants()
                .filter(process -> residentPages(process.pid()) > 0)
                .filter(process -> process.children().findAny().isPresent())
                .filter(process ->
                        process.parent().flatMap(ProcessHandle::parent).equals(Optional.of(supervisor(sandbox))))
                .sorted(Comparator.comparingLong(ProcessHandle::pid))
                .toList();
    }

    private static boolean carriesARun(ProcessHandle zygote) {
        return zygote.children().anyMatch(child -> residentPages(child.pid()) > 0);
    }

    private static long residentPages(long pid) {
        try {
            return Long.parseLong(
                    Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1)[1]);
        } catch (IOException e) {
            return 0;
        }
    }

    /** How many more children the pool may have parked, as it adapts to the load; a leak would be a thousand. */
    private static final int PARKED = 8;

    private static final String SUPERVISOR = "supervisor";
    private static final int DESCRIPTORS_OF_A_RUN = 8;
    private static final int NAMESPACES_OF_A_RUN = 6;
    /** The others do the same things over and over in the same memory. */
    private static final int PAGES_OF_THE_SUPERVISOR = 512;

    private static final int PAGES_OF_OTHERS = 64;

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void aThousandRunsLeaveNothingBehind(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            runMany(sandbox, 50);
            await().atMost(30, SECONDS).until(() -> settled(sandbox));
            Footprint before = Footprint.of(sandbox);

            runMany(sandbox, 1000);

            await().atMost(20, SECONDS).untilAsserted(() -> {
                Footprint after = Footprint.of(sandbox);
                assertThat(after.processes()).as("processes").isLessThanOrEqualTo(before.processes() + 2L * PARKED);
                assertThat(after.zombies()).as("zombies").isZero();
                assertThat(after.namespaces())
                        .as("namespaces")
                        .isLessThanOrEqualTo(before.namespaces() + (long) NAMESPACES_OF_A_RUN * PARKED);
                assertThat(after.mounts()).as("mounts").isEqualTo(before.mounts());
                assertThat(after.folders()).as("folders").isLessThanOrEqualTo(before.folders() + PARKED);
                assertThat(after.keepers().keySet()).isEqualTo(before.keepers().keySet());
                after.keepers().forEach((keeper, holdings) -> {
                    Holdings then = before.keepers().getOrDefault(keeper, holdings);
                    assertThat(holdings.descriptors())
                            .as("descriptors of %s", keeper)
                            .isLessThanOrEqualTo(then.descriptors() + DESCRIPTORS_OF_A_RUN * PARKED);
                    assertThat(holdings.residentPages())
                            .as("resident pages of %s", keeper)
                            .isLessThan(then.residentPages()
                                    + (keeper.equals(SUPERVISOR) ? PAGES_OF_THE_SUPERVISOR : PAGES_OF_OTHERS));
                });
            });
        }
    }

    private static boolean settled(TestSandbox sandbox) throws IOException {
        Footprint first = Footprint.of(sandbox);
        return first.processes() > 9
                && first.keepers().size() == 5
                && Footprint.of(sandbox).equals(first);
    }

    private static void runMany(TestSandbox sandbox, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String code = i % 3 == 0 ? "open('a.txt', 'w').write('x')" : "print(%d)".formatted(i);
            assertThat(sandbox.run(code).reason()).isEqualTo("completed");
        }
    }

    /** What one process holds. */
    private record Holdings(long descriptors, long residentPages) {}

    /**
     * What a sandbox is made of.
     *
     * @param keepers the processes that live through many runs, by name and id: supervisor, warden, zygotes
     */
    private record Footprint(
            long processes, long zombies, long namespaces, long mounts, long folders, Map<String, Holdings> keepers) {

        static Footprint of(TestSandbox sandbox) throws IOException {
            ProcessHandle supervisor = supervisor(sandbox);
            List<ProcessHandle> descendants = supervisor.descendants().toList();
            return new Footprint(
                    descendants.size(),
                    descendants.stream()
                            .filter(process -> state(process.pid()).equals("Z"))
                            .count(),
                    descendants.stream()
                            .flatMap(Footprint::namespaces)
                            .distinct()
                            .count(),
                    Files.readAllLines(Path.of("/proc/self/mounts")).size(),
                    scratchFolders(supervisor.pid()),
                    keepers(sandbox));
        }

        private static Map<String, Holdings> keepers(TestSandbox sandbox) throws IOException {
            Map<String, Holdings> keepers = new TreeMap<>();
            keepers.put(SUPERVISOR, holdings(supervisor(sandbox)));
            for (ProcessHandle zygote : zygotes(sandbox)) {
                ProcessHandle warden = zygote.parent().orElseThrow();
                keepers.put("warden " + warden.pid(), holdings(warden));
                keepers.put("zygote " + zygote.pid(), holdings(zygote));
            }
            return keepers;
        }

        private static Holdings holdings(ProcessHandle process) throws IOException {
            return new Holdings(
                    entries(Path.of("/proc/" + process.pid() + "/fd")).size(),
                    LifecycleTest.residentPages(process.pid()));
        }

        /** Such as {@code mnt:[4026531841]}; none when the process has gone. */
        private static Stream<String> namespaces(ProcessHandle process) {
            try {
                List<String> found = new ArrayList<>();
                for (Path link : entries(Path.of("/proc/" + process.pid() + "/ns"))) {
                    found.add(Files.readSymbolicLink(link).toString());
                }
                return found.stream();
            } catch (IOException e) {
                return Stream.empty();
            }
        }

        private static long scratchFolders(long pid) throws IOException {
            long count = 0;
            for (Path folder : entries(Path.of("/tmp"))) {
                if (folder.getFileName().toString().startsWith("pyexec-scratch-" + pid + "-")) {
                    count += entries(folder).size();
                }
            }
            return count;
        }
    }

    @Test
    void moreRunsThanParkedChildrenAllEndWell() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            List<CompletableFuture<TestSandbox.Result>> runs = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                runs.add(run(sandbox, "import time; time.sleep(0.5); print(%d)".formatted(i)));
            }
            for (int i = 0; i < runs.size(); i++) {
                assertThat(runs.get(i).get(60, SECONDS).stdout()).isEqualTo(i + "\n");
            }
        }
    }

    @Test
    void moduleThatIsNotInstalledIsLeftOut() throws Exception {
        List<String> preload = List.of("numpy", "no_such_module_anywhere");
        try (TestSandbox sandbox = TestSandbox.start(List.of(), "auto", TestSandbox.PYTHON, preload)) {
            assertThat(sandbox.awaitReady().run("import numpy; print(1)").stdout())
                    .isEqualTo("1\n");
            assertThat(sandbox.run("import no_such_module_anywhere").details())
                    .endsWith("ModuleNotFoundError: No module named 'no_such_module_anywhere'");
        }
    }

    /** A process with another root directory may not create user namespaces: user_namespaces(7). */
    private static final List<String> WITHOUT_NAMESPACES = List.of(
            "unshare",
            "--mount",
            "/bin/sh",
            "-c",
            "mkdir -p /tmp/pyexec-root && mount --rbind / /tmp/pyexec-root && cd \"$PWD\" && exec chroot /tmp/pyexec-root \"$@\"",
            "sh");

    @AfterAll
    static void removeMountPoint() throws IOException {
        Files.deleteIfExists(Path.of("/tmp/pyexec-root"));
    }

    @Test
    void hostThatDeniesNamespacesGetsTheLandlockTier() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(WITHOUT_NAMESPACES, "auto", TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().tier()).contains("landlock");
            assertThat(sandbox.sandbox().status().layers()).contains("landlock", "seccomp");
            assertThat(sandbox.sandbox().status().network()).isFalse();
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void tierThatCannotBeHadRunsNothing() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(WITHOUT_NAMESPACES, "namespaces", TestSandbox.PYTHON)) {
            await().atMost(30, SECONDS)
                    .until(() -> sandbox.sandbox().status().problem().orElse("").contains("namespaces"));
            assertThatThrownBy(() -> sandbox.run("print(1)"))
                    .isInstanceOf(SandboxUnavailableException.class)
                    .message()
                    .hasLineCount(1);
        }
    }

    @Test
    void noIsolationIsAnExplicitChoiceAndSaysSo() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "none", TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().tier()).contains("none");
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void virtualEnvironmentIsUsedWithItsOwnPackages() throws Exception {
        String code = """
                import subprocess, sys
                import numpy, only_here
                inner = subprocess.check_output([sys.executable, "-c", "import only_here; print(only_here.ANSWER)"])
                print(sys.executable, only_here.ANSWER, int(inner))
                """;
        try (VirtualEnvironment environment =
                        VirtualEnvironment.create("--system-site-packages").with("only_here", "ANSWER = 42");
                TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "auto", environment.python())
                        .awaitReady()) {
            assertThat(sandbox.run(code).stdout()).isEqualTo(environment.python() + " 42 42\n");
        }
    }

    @Test
    void programsDoNotShareTheirRandomNumbers() throws Exception {
        String code = """
                import random, uuid, secrets
                import numpy.random
                print(random.random(), numpy.random.rand(), uuid.uuid4(), secrets.token_hex())
                """;
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS).awaitReady()) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                words.addAll(List.of(sandbox.run(code).stdout().strip().split(" ")));
            }
            assertThat(words).hasSize(20).doesNotHaveDuplicates();
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
        } catch (IOException | SandboxUnavailableException | InputGoneException e) {
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
