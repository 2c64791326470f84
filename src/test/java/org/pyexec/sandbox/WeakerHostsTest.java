package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Programs get the same verdicts on hosts that lack something: later parts of Landlock, control groups. */
@Tag("slow")
class WeakerHostsTest {

    /** Otherwise every part of Landlock is missed by one identity or the other. */
    private static final boolean LONG = Boolean.getBoolean("pyexec.long");

    private static final int NEWEST_LANDLOCK = 7;
    private static final Set<String> ABOUT_WALLS = Set.of("isolation", "landlock", "residue");
    private static final Set<String> ABOUT_LIMITS = Set.of("limits");

    /**
     * @param option of the supervisor, which plays it
     * @param missing a layer that is not there then
     * @param groups of programs
     */
    private record Host(
            String option, Optional<String> missing, String tier, TestSandbox.Identity identity, Set<String> groups) {

        String name() {
            return "%s, tier %s, %s".formatted(option, tier, identity);
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @TestFactory
    Stream<DynamicTest> programsGetTheSameVerdictWithAnOlderLandlock() throws IOException {
        List<TestSandbox.Identity> identities = TestSandbox.Identity.possible();
        return IntStream.range(1, NEWEST_LANDLOCK)
                .boxed()
                .flatMap(abi -> identities.stream()
                        .filter(identity -> LONG || identity == identities.get(abi % identities.size()))
                        .map(identity ->
                                new Host("landlock-abi=" + abi, Optional.empty(), "landlock", identity, ABOUT_WALLS)))
                .map(host -> DynamicTest.dynamicTest(host.name(), () -> check(host)));
    }

    /** The option is one that the sandbox obeys. */
    @Test
    void hostWithoutLandlockHasNotItsTier() throws Exception {
        try (TestSandbox sandbox = TestSandbox.startWith("landlock-abi=0", TestSandbox.Identity.OURS, "landlock")) {
            await().atMost(60, SECONDS)
                    .until(() ->
                            sandbox.sandbox().status().problem().orElse("").contains("this kernel has no Landlock"));
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @TestFactory
    Stream<DynamicTest> limitsHoldWithoutControlGroups() {
        return TestSandbox.TIERS.stream()
                .map(tier -> new Host(
                        "control-groups=off", Optional.of("cgroup"), tier, TestSandbox.Identity.OURS, ABOUT_LIMITS))
                .map(host -> DynamicTest.dynamicTest(host.name(), () -> check(host)));
    }

    private static void check(Host host) throws Exception {
        List<ProgramFile> programs = ProgramFile.all().stream()
                .filter(program -> host.groups().contains(program.group()))
                .filter(program -> program.appliesTo(host.tier()))
                .toList();
        assertThat(programs).hasSizeGreaterThan(10);
        SoftAssertions softly = new SoftAssertions();
        try (TestSandbox sandbox = TestSandbox.startWith(host.option(), host.identity(), host.tier())) {
            List<String> layers = sandbox.awaitReady().sandbox().status().layers();
            host.missing().ifPresent(layer -> assertThat(layers).doesNotContain(layer));
            for (ProgramFile program : programs) {
                softly.assertThatCode(() -> Verdict.check(sandbox, program))
                        .as(program.name())
                        .doesNotThrowAnyException();
            }
        }
        softly.assertAll();
    }
}
