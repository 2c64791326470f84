package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said about a run beside the reason of its end. */
class NotesTest extends OnEveryTier {

    private static final String ELSEWHERE = """
            import os, tempfile
            for folder, name in ((tempfile.gettempdir(), "a.csv"), (os.path.expanduser("~"), "b.csv")):
                open(os.path.join(folder, name), "w").close()
            """;

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void filesOutsideOfTheWorkingFolderAreNamed(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = sandbox.run(ELSEWHERE);
        assertThat(result.files()).isEmpty();
        assertThat(String.join(" ", result.report().notes()))
                .contains("are not returned: a.csv.", "in the home folder are not returned: b.csv.");
        assertThat(sandbox.run(ELSEWHERE + "open('c.csv', 'w').close()\n1/0")
                        .report()
                        .notes()
                        .toString())
                .contains("a.csv", "b.csv")
                .doesNotContain("c.csv");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void programsThatLeaveNothingElsewhereHaveNoNotes(TestSandbox sandbox) throws Exception {
        String code = "import tempfile\ntempfile.TemporaryFile()\nopen('a.txt', 'w').close()";
        assertThat(sandbox.run(code).report().notes()).isEmpty();
        assertThat(sandbox.run("print(1)").report().notes()).isEmpty();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void sessionNamesFilesOutsideOnce(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertThat(SessionRuns.run(session, "1").report().notes()).isEmpty();
            assertThat(SessionRuns.run(session, ELSEWHERE).report().notes()).isNotEmpty();
            assertThat(SessionRuns.run(session, "2").report().notes()).isEmpty();
            String another = ELSEWHERE.replace("b.csv", "c.csv");
            assertThat(SessionRuns.run(session, another).report().notes().toString())
                    .contains("b.csv, c.csv");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void whatIsKnownBeforeTheProgramIsSaidHoweverItEnds(TestSandbox sandbox) throws Exception {
        Inputs seeded = SessionRuns.inputs("", List.of(), Map.of("PYTHONHASHSEED", "0"));
        for (String code : List.of("print(1)", "while True: pass", "import os; os._exit(3)", "1/0")) {
            Program program = new Program(code, Duration.ofSeconds(2), false, seeded, Limits.OF_THE_SERVER);
            assertThat(sandbox.run(program).report().notes())
                    .as(code)
                    .containsExactly("Run in a fresh interpreter because PYTHONHASHSEED was given.");
        }
    }
}
