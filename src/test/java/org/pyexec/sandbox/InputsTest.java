package org.pyexec.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What programs find at their start, in every tier and for every identity of the server. */
class InputsTest {

    private static final List<TestSandbox> SANDBOXES = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        for (TestSandbox.Identity identity : TestSandbox.Identity.possible()) {
            for (String tier : List.of("namespaces", "landlock", "none")) {
                SANDBOXES.add(TestSandbox.start(identity, tier, TestSandbox.PYTHON));
            }
        }
        SANDBOXES.forEach(TestSandbox::awaitReady);
    }

    @AfterAll
    static void close() {
        SANDBOXES.forEach(TestSandbox::close);
    }

    static List<TestSandbox> sandboxes() {
        return SANDBOXES;
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void programSeesWhatAFreshInterpreterWouldSee(TestSandbox sandbox) throws Exception {
        String code = """
                import os, sys, time
                print(sys.argv, os.environ["A"], os.getenv("B"), repr(sys.stdin.read()))
                print(time.strftime("%H", time.gmtime(0)), time.strftime("%H", time.localtime(0)))
                print(open("data/in.csv").read(), open("empty").read(), sorted(os.listdir()))
                """;
        Inputs inputs = new Inputs(
                "first\nsecond é",
                List.of("-v", "", "é x"),
                Map.of("A", "é=1", "B", "", "TZ", "Etc/GMT-3"),
                List.of(text("data/in.csv", "1,2"), text("empty", "")));

        TestSandbox.Result result = run(sandbox, code, inputs);

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("""
                        ['main.py', '-v', '', 'é x'] é=1  'first\\nsecond é'
                        00 03
                        1,2  ['data', 'empty', 'main.py']
                        """);
        assertThat(result.files()).isEmpty();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void changedInputsAreHandedOutAndUnchangedOnesAreNot(TestSandbox sandbox) throws Exception {
        String code = """
                import os
                with open("grown", "a") as f: f.write("!")
                with open("same size", "w") as f: f.write("B")
                with open("rewritten", "w") as f: f.write("A")
                os.rename("moved", "deep/moved")
                os.unlink("removed")
                """;
        Inputs inputs = files(
                text("grown", "A"),
                text("same size", "A"),
                text("rewritten", "A"),
                text("moved", "A"),
                text("removed", "A"),
                text("deep/untouched", "A"));

        assertThat(run(sandbox, code, inputs).files())
                .containsOnlyKeys("grown", "same size", "deep/moved")
                .containsEntry("grown", "A!".getBytes(UTF_8));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void standardInputIsFedAsItIsReadAndThenEnds(TestSandbox sandbox) throws Exception {
        String code = """
                import sys
                total = 0
                while part := sys.stdin.buffer.read(100_000):
                    total += len(part)
                print(total)
                """;

        assertThat(run(sandbox, code, stdin("x".repeat(3 << 20))).stdout()).isEqualTo("3145728\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void standardInputThatNobodyReadsHoldsNothingUp(TestSandbox sandbox) throws Exception {
        Inputs inputs = stdin("x".repeat(3 << 20));

        assertThat(run(sandbox, "print(1)", inputs).stdout()).isEqualTo("1\n");
        assertThat(run(sandbox, "import os; os.close(0); print(2)", inputs).stdout())
                .isEqualTo("2\n");
        assertThat(run(sandbox, "print(input())", stdin("")).details()).contains("EOFError");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void largeFilesArriveWhole(TestSandbox sandbox) throws Exception {
        String code = """
                import hashlib
                for name in "a", "b/c":
                    content = open(name, "rb").read()
                    print(len(content), set(content))
                """;
        byte[] large = new byte[20 << 20];
        java.util.Arrays.fill(large, (byte) 7);
        Inputs inputs =
                files(new InputFile("a", InputFile.inMemory(large)), new InputFile("b/c", InputFile.inMemory(large)));

        TestSandbox.Result result = run(sandbox, code, inputs);

        assertThat(result.stdout()).as(result.report().toString()).isEqualTo("20971520 {7}\n".repeat(2));
        assertThat(result.files()).isEmpty();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void filesCountIntoTheLimitOfTheDisk(TestSandbox sandbox) throws Exception {
        Inputs inputs = files(IntStream.range(0, 100)
                .mapToObj(i -> new InputFile("f" + i, new ClaimedContent(512 << 10)))
                .toArray(InputFile[]::new));
        // 50 MB fit into the 64 of the test's sandbox; the program's own do not any more.
        String code = "open('own', 'wb').write(bytes(40 << 20))\nimport time\ntime.sleep(10)";

        TestSandbox.Result result = run(sandbox, code, inputs);

        assertThat(result.reason()).as(result.report().toString()).isEqualTo("disk");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void aFileThatIsGoneIsSaidAndTheNextRunWorks(TestSandbox sandbox) throws Exception {
        Inputs inputs = files(text("a", "A"), new InputFile("b", new GoneContent()));

        assertThatThrownBy(() -> run(sandbox, "print(1)", inputs))
                .isInstanceOf(InputGoneException.class)
                .hasMessage("It has expired.");
        assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void variablesOfOursAreTheProgramsAffairAlone(TestSandbox sandbox) throws Exception {
        String code = """
                import os, sys
                print(os.environ["PYTHONPATH"], os.environ["LD_PRELOAD"], os.environ["PATH"], "/evil" in sys.path)
                """;
        Map<String, String> env =
                Map.of("PYTHONPATH", "/evil", "LD_PRELOAD", "/evil.so", "PATH", "/evil", "HOME", "/x");
        Inputs inputs = new Inputs("", List.of(), env, List.of());

        assertThat(run(sandbox, code, inputs).stdout()).isEqualTo("/evil /evil.so /evil True\n");
        assertThat(sandbox.run("import os; print(os.environ['PATH'] == '/evil', os.getenv('PYTHONPATH'))")
                        .stdout())
                .isEqualTo("False None\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void lowerLimitsHoldAndAreNamed(TestSandbox sandbox) throws Exception {
        Limits memory = new Limits(OptionalInt.of(64), OptionalInt.empty(), OptionalInt.empty());
        assertThat(run(sandbox, "x = bytearray(40 << 20); print(len(x))", memory)
                        .reason())
                .isEqualTo("completed");
        TestSandbox.Result heavy = run(sandbox, "x = bytearray(100 << 20)", memory);
        assertThat(heavy.reason()).isEqualTo("memory");
        assertThat(heavy.details()).startsWith("Memory limit of 64 MB exceeded");

        Limits output = new Limits(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(10));
        TestSandbox.Result talkative = run(sandbox, "print('x' * 100)", output);
        assertThat(talkative.stdout()).isEqualTo("x".repeat(10));
        assertThat(talkative.report().truncated()).isTrue();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void lowerLimitOfThreadsHolds(TestSandbox sandbox) throws Exception {
        String code = """
                import threading, time
                for _ in range(30):
                    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
                time.sleep(3)
                """;
        Limits few = new Limits(OptionalInt.empty(), OptionalInt.of(10), OptionalInt.empty());

        TestSandbox.Result result = run(sandbox, code, few);

        assertThat(result.reason()).as(result.report().toString()).isEqualTo("processes");
        assertThat(result.details()).contains("Limit of 10 processes and threads exceeded");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void limitsAboveTheServersAreTheServers(TestSandbox sandbox) throws Exception {
        Limits high = new Limits(
                OptionalInt.of(Integer.MAX_VALUE),
                OptionalInt.of(Integer.MAX_VALUE),
                OptionalInt.of(Integer.MAX_VALUE));

        TestSandbox.Result heavy = run(sandbox, "x = bytearray(600 << 20)", high);

        assertThat(heavy.details()).startsWith("Memory limit of 512 MB exceeded");
        assertThat(run(sandbox, "print('x' * (2 << 20))", high).stdout()).hasSize(1 << 20);
    }

    private static Inputs stdin(String text) {
        return new Inputs(text, List.of(), Map.of(), List.of());
    }

    static InputFile text(String filename, String content) {
        return new InputFile(filename, InputFile.inMemory(content.getBytes(UTF_8)));
    }

    static Inputs files(InputFile... files) {
        return new Inputs("", List.of(), Map.of(), List.of(files));
    }

    static TestSandbox.Result run(TestSandbox sandbox, String code, Inputs inputs) throws Exception {
        return sandbox.run(new Program(code, Duration.ofSeconds(20), false, inputs, Limits.OF_THE_SERVER));
    }

    private static TestSandbox.Result run(TestSandbox sandbox, String code, Limits limits) throws Exception {
        return sandbox.run(new Program(code, Duration.ofSeconds(20), false, Inputs.NONE, limits));
    }
}
