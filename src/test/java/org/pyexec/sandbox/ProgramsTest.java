package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every program of src/test/programs gets its verdict, on every tier and under every identity. */
class ProgramsTest {

    /** What an answer may take beyond the time limit of its program. */
    private static final Duration GRACE = Duration.ofMillis(1500);

    private static final Map<String, TestSandbox> SANDBOXES = new LinkedHashMap<>();

    @BeforeAll
    static void startSandboxes() throws IOException {
        for (String tier : TestSandbox.TIERS) {
            for (TestSandbox.Identity identity : TestSandbox.Identity.possible()) {
                SANDBOXES.put(tier + " " + identity, TestSandbox.start(identity, tier, TestSandbox.PYTHON));
            }
        }
    }

    @AfterAll
    static void closeSandboxes() {
        SANDBOXES.values().forEach(TestSandbox::close);
    }

    @TestFactory
    Stream<DynamicContainer> everyProgramGetsItsVerdict() throws IOException {
        List<ProgramFile> programs = ProgramFile.all();
        return SANDBOXES.entrySet().stream()
                .map(entry -> DynamicContainer.dynamicContainer(
                        entry.getKey(),
                        programs.stream()
                                .filter(program -> program.appliesTo(tier(entry.getKey())))
                                .map(program -> DynamicTest.dynamicTest(
                                        program.name(),
                                        () -> check(entry.getValue().awaitReady(), program)))));
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

    private static void check(TestSandbox sandbox, ProgramFile program) throws Exception {
        TestSandbox.Result result = sandbox.run(program.code(), program.timeout());
        SoftAssertions softly = new SoftAssertions();
        String told = "%s: %s\nstdout: %s\nstderr: %s"
                .formatted(program.name(), result.report(), result.stdout(), result.stderr());
        Ending ending = result.report().ending();
        program.expected("reason")
                .ifPresent(word -> softly.assertThat(result.reason()).as(told).isEqualTo(word));
        program.expected("exit")
                .ifPresent(code -> softly.assertThat(ending.exitCode()).as(told).hasValue(Integer.parseInt(code)));
        program.expected("signal")
                .ifPresent(name -> softly.assertThat(ending.signal()).as(told).hasValue(name));
        program.expected("stdout")
                .ifPresent(text -> softly.assertThat(result.stdout()).as(told).isEqualTo(text + "\n"));
        program.expected("stdout-has")
                .ifPresent(text -> softly.assertThat(result.stdout()).as(told).contains(text));
        program.expected("stderr-has")
                .ifPresent(text -> softly.assertThat(result.stderr()).as(told).contains(text));
        program.expected("details-has")
                .ifPresent(text -> softly.assertThat(result.details()).as(told).contains(text));
        program.expected("files")
                .ifPresent(names -> softly.assertThat(
                                String.join(" ", result.files().keySet()))
                        .as(told)
                        .isEqualTo(names));
        program.expected("skipped")
                .ifPresent(names -> softly.assertThat(result.report().skippedFiles().stream()
                                .map(SkippedFile::filename)
                                .collect(Collectors.joining(" ")))
                        .as(told)
                        .isEqualTo(names));
        softly.assertThat(result.took()).as(told).isLessThan(program.timeout().plus(GRACE));
        softly.assertAll();
    }
}
