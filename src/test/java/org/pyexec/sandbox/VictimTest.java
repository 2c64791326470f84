package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.state;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Hostile programs of {@code src/test/programs/beside}, each with somebody else's honest ones beside it, who must not notice;
 * nothing of a hostile one is left.
 */
@Tag("slow")
class VictimTest extends OnEveryTier {

    private static final String GROUP = "beside";
    /** How many more children the pool may have parked, as it adapts to the load. */
    private static final int PARKED = 8;

    @TestFactory
    Stream<DynamicContainer> honestProgramsBesideAHostileOneAreAnswered() throws IOException {
        List<ProgramFile> programs = ProgramFile.all().stream()
                .filter(program -> program.group().equals(GROUP))
                .toList();
        assertThat(programs).hasSizeGreaterThan(5);
        return sandboxes().stream()
                .filter(sandbox -> !tier(sandbox).equals("none"))
                .map(sandbox -> DynamicContainer.dynamicContainer(
                        tier(sandbox),
                        programs.stream()
                                .filter(program -> program.appliesTo(tier(sandbox)))
                                .map(program ->
                                        DynamicTest.dynamicTest(program.name(), () -> check(sandbox, program)))));
    }

    private static String tier(TestSandbox sandbox) {
        return sandbox.sandbox().status().tier().orElse("");
    }

    private static void check(TestSandbox sandbox, ProgramFile program) throws Exception {
        long pid = supervisor(sandbox).pid();
        long before = supervisor(sandbox).descendants().count();
        List<CompletableFuture<TestSandbox.Result>> hostile = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            hostile.add(sandbox.runLater(program.code(), program.timeout()));
        }
        int number = 0;
        do {
            TestSandbox.Result victim = sandbox.run("print(%d)".formatted(++number));
            assertThat(victim.reason()).as(victim.details()).isEqualTo("completed");
            assertThat(victim.stdout()).isEqualTo(number + "\n");
        } while (!hostile.stream().allMatch(CompletableFuture::isDone));
        for (CompletableFuture<TestSandbox.Result> each : hostile) {
            assertThat(each.get(60, SECONDS).reason())
                    .isIn((Object[]) program.expected("reason").orElseThrow().split(" or "));
        }
        assertThat(supervisor(sandbox).pid()).as("the same supervisor").isEqualTo(pid);
        await().atMost(30, SECONDS).untilAsserted(() -> {
            List<ProcessHandle> now = supervisor(sandbox).descendants().toList();
            assertThat(now).hasSizeLessThanOrEqualTo((int) before + 2 * PARKED);
            assertThat(now).noneMatch(process -> state(process.pid()).equals("Z"));
        });
        assertAllSlotsAreThere(sandbox);
    }

    /** As many at once as can be parked. */
    private static void assertAllSlotsAreThere(TestSandbox sandbox) throws Exception {
        List<CompletableFuture<TestSandbox.Result>> runs = new ArrayList<>();
        for (int i = 0; i < PARKED; i++) {
            runs.add(sandbox.runLater("print('here')"));
        }
        for (CompletableFuture<TestSandbox.Result> run : runs) {
            assertThat(run.get(60, SECONDS).stdout()).isEqualTo("here\n");
        }
    }
}
