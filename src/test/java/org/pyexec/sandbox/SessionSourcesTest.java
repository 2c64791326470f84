package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracebacks and tools show the lines of the program of the session that each function came with. */
class SessionSourcesTest extends OnEveryTier {

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(strongest());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void tracebackHasTheLinesOfTheProgramThatEachFunctionCameWith(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, "def old():\n    raise ValueError('no')");
            run(session, "# another first line\n# and second");
            TestSandbox.Result failed = run(session, "old()");
            assertThat(failed.reason()).isEqualTo("error");
            assertThat(failed.details())
                    .contains("raise ValueError('no')", "File \"main.py\", line 2, in old", "ValueError: no")
                    .doesNotContain("sandbox", "and second");
            assertThat(failed.stderr().strip()).isEqualTo(failed.details());
            assertOpen(failed);
            assertThat(run(session, "import inspect\nprint(inspect.getsource(old))")
                            .stdout())
                    .isEqualTo("def old():\n    raise ValueError('no')\n\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"return 5", "yield it()", "break", "(1))"})
    void errorOfSyntaxHasItsLine(String line) throws Exception {
        try (SandboxSession session = open()) {
            run(session, "# one before");
            assertThat(run(session, "first = 1\n" + line).details())
                    .startsWith("  File \"main.py (run 2)\", line 2\n    " + line + "\n    ")
                    .contains("^\nSyntaxError: ");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void linesOfEarlierCellsAreCounted(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, "def f(n):\n    for each in range(n):\n        pass\n    return n");
            TestSandbox.Result result = run(session, """
                    import trace
                    tracer = trace.Trace(count=1, trace=0)
                    print(tracer.runfunc(f, 2))
                    for place, times in sorted(tracer.results().counts.items()): print(*place, times)
                    """);
            assertThat(result.stdout()).as(result.details()).isEqualTo("2\nmain.py 2 3\nmain.py 3 2\nmain.py 4 1\n");
            TestSandbox.Result written = run(session, "tracer.results().write_results(coverdir='.')");
            assertThat(written.files()).as(written.details()).containsOnlyKeys("main.cover");
            assertThat(written.files().get("main.cover")).asString().contains("    3:     for each in range(n):\n");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void linesOfEarlierCellsAreKnownInAFreshInterpreter(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, "def f():\n    return 1 / 0", FreshInterpreterTest.variable("PYTHONHASHSEED", "0"));
            TestSandbox.Result result = run(session, """
                    import inspect, traceback
                    print(inspect.getsource(f))
                    try: f()
                    except ZeroDivisionError: traceback.print_exc()
                    """);
            assertThat(result.stdout()).isEqualTo("def f():\n    return 1 / 0\n\n");
            assertThat(result.stderr()).contains("main.py (run 2)", "    return 1 / 0\n");
        }
    }
}
