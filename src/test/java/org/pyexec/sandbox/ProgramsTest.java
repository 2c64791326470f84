package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Every program of src/test/programs gets its verdict, on every tier and under every identity. Hostile ones have a {@link Victim}
 * beside them.
 */
class ProgramsTest {

    private static final Set<String> HOSTILE = Set.of("endings", "isolation", "landlock", "limits", "residue");
    /** Those that want to be noticed by others: twice at once, and the victim with short pauses only. */
    private static final String BESIDE = "beside";

    private static final Map<String, TestSandbox> SANDBOXES = new LinkedHashMap<>();
    private static final Map<String, Victim> VICTIMS = new ConcurrentHashMap<>();

    @BeforeAll
    static void startSandboxes() throws IOException {
        for (String tier : TestSandbox.TIERS) {
            for (TestSandbox.Identity identity : TestSandbox.Identity.possible()) {
                SANDBOXES.put(tier + " " + identity, TestSandbox.startWithLibraries(identity, tier));
            }
        }
    }

    @AfterAll
    static void closeSandboxes() {
        SANDBOXES.values().forEach(TestSandbox::close);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @TestFactory
    Stream<DynamicContainer> everyProgramGetsItsVerdict() throws IOException {
        Set<String> others = Set.of(ProgramFile.NETWORK, BESIDE);
        return verdicts(program -> !others.contains(program.group()));
    }

    @Tag("slow")
    @Execution(ExecutionMode.CONCURRENT)
    @TestFactory
    Stream<DynamicContainer> programThatWantsToBeNoticedIsNot() throws IOException {
        return verdicts(program -> program.group().equals(BESIDE));
    }

    private static Stream<DynamicContainer> verdicts(Predicate<ProgramFile> chosen) throws IOException {
        List<ProgramFile> programs = ProgramFile.all().stream().filter(chosen).toList();
        return SANDBOXES.entrySet().stream()
                .map(entry -> DynamicContainer.dynamicContainer(
                        entry.getKey(),
                        programs.stream()
                                .filter(program -> program.appliesTo(tier(entry.getKey())))
                                .map(program -> DynamicTest.dynamicTest(
                                        program.name(), () -> check(entry.getKey(), entry.getValue(), program)))));
    }

    private static void check(String name, TestSandbox sandbox, ProgramFile program) throws Exception {
        Victim victim = VICTIMS.computeIfAbsent(name, key -> new Victim(sandbox));
        Callable<Void> verdict = () -> {
            Verdict.check(sandbox, program);
            return null;
        };
        if (program.group().equals(BESIDE)) {
            victim.beside(List.of(verdict, verdict), Duration.ofMillis(50));
            victim.assertAllSlotsAreThere();
        } else if (HOSTILE.contains(program.group())) {
            victim.beside(List.of(verdict), Duration.ofMillis(300));
        } else {
            verdict.call();
        }
    }

    @Test
    void forcedTierIsTheOneThatIsReported() {
        SANDBOXES.forEach((name, sandbox) ->
                assertThat(sandbox.awaitReady().sandbox().status().tier()).contains(tier(name)));
    }

    private static String tier(String name) {
        return name.substring(0, name.indexOf(' '));
    }

    @Test
    void everyGroupHasAControlThatMustSucceed() throws IOException {
        var groups = ProgramFile.all().stream().collect(Collectors.groupingBy(ProgramFile::group));
        groups.forEach((group, programs) -> assertThat(programs)
                .as("group %s", group)
                .anyMatch(program -> program.name().endsWith("control.py")
                        && program.expected("reason").orElse("").equals("completed")
                        && program.expected("stdout").isPresent()));
    }
}
