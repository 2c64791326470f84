package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.entries;
import static org.pyexec.sandbox.SandboxProcesses.state;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;
import static org.pyexec.sandbox.SandboxProcesses.zygotes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What many programs leave behind. */
@Tag("slow")
class LeakTest {

    /** How many more children the pool may have parked, as it adapts to the load; a leak would be hundreds. */
    private static final int PARKED = 8;

    private static final int RUNS = Boolean.getBoolean("pyexec.long") ? 1000 : 300;
    private static final String SUPERVISOR = "supervisor";
    private static final int DESCRIPTORS_OF_A_RUN = 11; // parked, too
    private static final int NAMESPACES_OF_A_RUN = 6;
    /** The others do the same things over and over in the same memory. */
    private static final int PAGES_OF_THE_SUPERVISOR = 512;

    private static final int PAGES_OF_OTHERS = 64;

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void manyRunsLeaveNothingBehind(String tier) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.startWithLibraries(TestSandbox.Identity.OURS, tier).awaitReady()) {
            runMany(sandbox, 50);
            await().atMost(60, SECONDS).until(() -> settled(sandbox));
            Footprint before = Footprint.of(sandbox);

            runMany(sandbox, RUNS);

            await().atMost(60, SECONDS).untilAsserted(() -> {
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

    /** Many at once, so that everything that is kept for the next ones is there before. */
    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void fiftySessionsLeaveAsManyDescriptorsAsTen(String tier) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.startWithLibraries(TestSandbox.Identity.OURS, tier).awaitReady()) {
            holdSessions(sandbox, 10);
            await().atMost(60, SECONDS).until(() -> settled(sandbox));
            long before = Footprint.holdings(supervisor(sandbox)).descriptors();

            for (int i = 0; i < 5; i++) {
                holdSessions(sandbox, 10);
            }

            await().atMost(60, SECONDS)
                    .untilAsserted(() -> assertThat(
                                    Footprint.holdings(supervisor(sandbox)).descriptors())
                            .isLessThanOrEqualTo(before + 4 * DESCRIPTORS_OF_A_RUN));
        }
    }

    private static void holdSessions(TestSandbox sandbox, int count) throws Exception {
        List<SandboxSession> sessions = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sessions.add(SessionRuns.open(sandbox));
                SessionRuns.assertGoesOn(sessions.get(i));
            }
        } finally {
            sessions.forEach(SandboxSession::close);
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
                    countMounts(),
                    scratchFolders(supervisor.pid()),
                    keepers(sandbox));
        }

        /** But for network namespaces with a name, which another test makes. */
        private static long countMounts() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .filter(mount -> !mount.contains(" /run/netns"))
                    .count();
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
                    SandboxProcesses.residentPages(process.pid()));
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
                runs.add(sandbox.runLater("import time; time.sleep(0.5); print(%d)".formatted(i)));
            }
            for (int i = 0; i < runs.size(); i++) {
                assertThat(runs.get(i).get(60, SECONDS).stdout()).isEqualTo(i + "\n");
            }
        }
    }
}
