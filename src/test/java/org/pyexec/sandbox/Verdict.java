package org.pyexec.sandbox;

import java.time.Duration;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/** Compares what came of a program with what its file says. */
final class Verdict {

    /** What an answer may take beyond the time limit of its program, on a machine that may be busy with anything. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private Verdict() {}

    static void check(TestSandbox sandbox, ProgramFile program) throws Exception {
        TestSandbox.Result result = sandbox.run(program);
        SoftAssertions softly = new SoftAssertions();
        String told = "%s: %s\nstdout: %s\nstderr: %s"
                .formatted(program.name(), result.report(), result.stdout(), result.stderr());
        Termination termination = result.report().termination();
        program.expected("reason")
                .ifPresent(word -> softly.assertThat(result.reason()).as(told).isIn((Object[]) word.split(" or ")));
        program.expected("exit")
                .ifPresent(code ->
                        softly.assertThat(termination.exitCode()).as(told).hasValue(Integer.parseInt(code)));
        program.expected("signal")
                .ifPresent(names -> softly.assertThat(termination.signal().orElse("none"))
                        .as(told)
                        .isIn((Object[]) names.split(" or ")));
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
        program.expected("blocked")
                .ifPresent(targets -> softly.assertThat(
                                String.join(" ", result.report().blockedHosts()))
                        .as(told)
                        .isEqualTo(targets.strip()));
        softly.assertThat(result.took()).as(told).isLessThan(program.timeout().plus(GRACE));
        softly.assertAll();
    }
}
