package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.file;
import static org.pyexec.sandbox.SessionRuns.inputs;
import static org.pyexec.sandbox.SessionRuns.run;
import static org.pyexec.sandbox.ShowingRuns.value;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one program of a session leaves to the next one, and what belongs to each alone. */
@Tag(OnEveryTier.LIBRARIES)
class SessionsTest extends OnEveryTier {

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(strongest());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void whatOneProgramMakesTheNextOneFinds(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result first = run(session, """
                    import math, os
                    x = 1
                    def double(n): return 2 * n
                    os.makedirs('data'); open('data/a.txt', 'w').write('A')
                    """);
            assertThat(first.reason()).as(first.details()).isEqualTo("completed");
            assertThat(first.files()).containsOnlyKeys("data/a.txt");
            assertOpen(first);

            TestSandbox.Result second = run(session, "print(open('data/a.txt').read(), double(math.floor(x)))\nx + 1");
            assertThat(second.stdout()).isEqualTo("A 2\n");
            assertThat(value(second)).hasToString("{\"text/plain\":\"2\"}");
            assertThat(second.files()).isEmpty();
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void filesAreThoseThatThisProgramCreatedOrChanged(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertThat(run(session, "open('a', 'w').write('1')\nopen('b', 'w').write('1')")
                            .files())
                    .containsOnlyKeys("a", "b");
            TestSandbox.Result changed = run(session, "open('a', 'w').write('2')\nopen('b', 'w').write('1')");
            assertThat(changed.files()).containsOnlyKeys("a"); // as large as it was, and a moment later
            assertThat(changed.files().get("a")).asString().isEqualTo("2");
            assertThat(run(session, "import os\nos.rename('a', 'c')\nos.symlink('c', 'link')")
                            .files())
                    .containsOnlyKeys("c");
            TestSandbox.Result quiet = run(session, "1");
            assertThat(quiet.files()).isEmpty();
            assertThat(quiet.report().skippedFiles()).isEmpty();
            assertThat(run(session, "open('main.py', 'w').write('mine')").files())
                    .containsOnlyKeys("main.py");
            assertThat(run(session, "print(open('main.py').read())").stdout()).isEqualTo("mine\n");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void eachProgramHasItsOwnInputs(TestSandbox sandbox) throws Exception {
        String code = "import os, sys\nprint(sys.argv[1:], sys.stdin.read(), open('in.txt').read())";
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result first =
                    run(session, code, inputs("one", List.of("a"), Map.of("KEY", "v"), file("in.txt", "I")));
            assertThat(first.stdout()).isEqualTo("['a'] one I\n");
            assertThat(first.files()).isEmpty();
            TestSandbox.Result second = run(session, code, inputs("two", List.of(), Map.of(), file("in.txt", "J")));
            assertThat(second.stdout()).isEqualTo("[] two J\n");
            assertThat(run(session, "print(repr(sys.stdin.read()), os.environ['KEY'])")
                            .stdout())
                    .isEqualTo("'' v\n");
            assertThat(run(session, "print(input())", inputs("x".repeat(300_000) + "\n", List.of(), Map.of()))
                            .stdout())
                    .hasSize(300_001);
        }
    }

    @Test
    void inputThatCannotBePlacedIsSaidAndHarmsNothing() throws Exception {
        try (SandboxSession session = open()) {
            run(session, "import os\nos.mkdir('folder')\nran = False");
            TestSandbox.Result refused = run(
                    session,
                    "ran = True",
                    inputs("", List.of(), Map.of(), file("folder", "x"), file("b", "y".repeat(99))));
            assertThat(refused.reason()).isEqualTo("error");
            assertThat(refused.details()).isEqualTo("The file folder cannot be placed: Is a directory");
            assertThat(value(run(session, "ran"))).hasToString("{\"text/plain\":\"False\"}");

            InputFile[] tooMuch = new InputFile[4];
            for (int i = 0; i < tooMuch.length; i++) {
                tooMuch[i] = file("big" + i, "z".repeat(19 << 20));
            }
            try (TestSandbox small = TestSandbox.startWithDisk("namespaces", 8).awaitReady();
                    SandboxSession tight = SessionRuns.open(small)) {
                TestSandbox.Result full = run(tight, "1", inputs("", List.of(), Map.of(), tooMuch[0], tooMuch[1]));
                assertThat(full.reason()).isEqualTo("disk");
                assertThat(full.files()).isEmpty();
                assertGoesOn(tight);
            }
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void whatThreadsPrintAfterTheEndBelongsToTheNextProgram(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            // The program has ended some time after the first thread has left its code.
            TestSandbox.Result first = run(session, """
                    import sys, threading, time
                    code = sys._getframe().f_code
                    gone = threading.Event()
                    def running(frame):
                        return frame is not None and (frame.f_code is code or running(frame.f_back))
                    def later():
                        while running(sys._current_frames()[threading.main_thread().ident]): time.sleep(0.01)
                        time.sleep(1)
                        print('late' * 1000)
                        gone.set()
                    threading.Thread(target=later).start()
                    print('first')
                    """);
            assertThat(first.stdout()).isEqualTo("first\n");
            TestSandbox.Result second = run(session, "gone.wait()\nprint('second')");
            assertThat(second.stdout()).isEqualTo("late".repeat(1000) + "\nsecond\n");
        }
    }

    @Test
    void moreThanAPipeHoldsIsHeldUpAndNotLost() throws Exception {
        try (SandboxSession session = open()) {
            run(session, """
                    import threading
                    def flood():
                        for number in range(20000): print(number)
                    flooding = threading.Thread(target=flood)
                    flooding.start()
                    """);
            String rest = run(session, "flooding.join()").stdout();
            assertThat(rest).endsWith("19999\n");
        }
    }

    @Test
    void openFiguresAreSavedAndClosedAsInANotebook() throws Exception {
        try (SandboxSession session = open()) {
            assertThat(run(session, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone")
                            .files())
                    .containsOnlyKeys("figure-1.png");
            assertThat(run(session, "plt.get_fignums()").files()).isEmpty();
            assertThat(run(session, "plt.plot([2, 1])\nNone").files()).containsOnlyKeys("figure-2.png");
        }
    }

    @Test
    void pylabBringsItsNames() throws Exception {
        try (SandboxSession session = open()) {
            TestSandbox.Result result =
                    run(session, "%pylab inline\nx = arange(3)\nplot(x)\nint(x.sum()), np.pi == pi");
            assertThat(value(result)).as(result.details()).hasToString("{\"text/plain\":\"(3, True)\"}");
            assertThat(result.files()).containsOnlyKeys("figure-1.png");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void commandIsRunOrASentenceSaysWhyNot(TestSandbox sandbox) throws Exception {
        boolean strict = sandbox.sandbox().status().tier().orElseThrow().equals("landlock");
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result result = run(session, "!echo from a shell\nlines = !echo kept\nprint('rest', lines)");
            assertThat(result.reason()).as(result.details()).isEqualTo("completed");
            if (strict) {
                assertThat(result.stdout()).isEqualTo("rest []\n");
                assertThat(result.stderr())
                        .isEqualTo("sh: no other program can be started here: Operation not permitted\n".repeat(2));
            } else {
                assertThat(result.stdout()).isEqualTo("from a shell\nrest ['kept']\n");
                assertThat(result.stderr()).isEmpty();
            }
            TestSandbox.Result script = run(session, "%%bash\necho in bash");
            assertThat(script.stdout()).isEqualTo(strict ? "" : "in bash\n");
            assertGoesOn(session);
        }
    }

    @Test
    void limitsOfTheSessionHoldForEachProgram() throws Exception {
        Limits low =
                new Limits(java.util.OptionalInt.of(64), java.util.OptionalInt.empty(), java.util.OptionalInt.of(10));
        try (SandboxSession session = strongest().sandbox().openSession(new SessionTerms(false, low))) {
            TestSandbox.Result memory = run(session, "x = bytearray(100 << 20)");
            assertThat(memory.details()).startsWith("Memory limit of 64 MB exceeded");
            TestSandbox.Result output = run(session, "print('x' * 100)");
            assertThat(output.stdout()).hasSize(10);
            assertThat(output.report().truncated()).isTrue();
            assertThat(run(session, "print('y')").report().truncated()).isFalse();
        }
    }
}
