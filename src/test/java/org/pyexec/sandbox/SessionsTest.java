package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interpreters that live on between programs, with good programs and bad ones. */
class SessionsTest {

    private static final SessionTerms USUAL = new SessionTerms(false, Limits.OF_THE_SERVER);
    private static final List<TestSandbox> SANDBOXES = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        for (String tier : List.of("namespaces", "landlock", "none")) {
            SANDBOXES.add(TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON));
        }
        if (TestSandbox.Identity.possible().contains(TestSandbox.Identity.ORDINARY_USER)) {
            SANDBOXES.add(TestSandbox.start(TestSandbox.Identity.ORDINARY_USER, "auto", TestSandbox.PYTHON));
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

    private static SandboxSession open(TestSandbox sandbox) throws Exception {
        return sandbox.sandbox().openSession(USUAL);
    }

    private static SandboxSession open() throws Exception {
        return open(SANDBOXES.get(0));
    }

    private static TestSandbox.Result run(SandboxSession session, Program program) throws Exception {
        return TestSandbox.run(session, program);
    }

    private static TestSandbox.Result run(SandboxSession session, String code, Inputs inputs) throws Exception {
        return run(session, new Program(code, Duration.ofSeconds(20), false, inputs, Limits.OF_THE_SERVER, true));
    }

    private static TestSandbox.Result run(SandboxSession session, String code) throws Exception {
        return run(session, code, Inputs.NONE);
    }

    private static Program lasting(String code, Duration timeout) {
        return new Program(code, timeout, false, Inputs.NONE, Limits.OF_THE_SERVER, true);
    }

    private static Inputs inputs(String stdin, List<String> args, Map<String, String> env, InputFile... files) {
        return new Inputs(stdin, args, env, List.of(files));
    }

    private static InputFile file(String name, String content) {
        return new InputFile(name, InputFile.inMemory(content.getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode value(TestSandbox.Result result) {
        return result.report().results().orElseThrow().result().orElseThrow(() -> new AssertionError(result.report()));
    }

    private static void assertOpen(TestSandbox.Result result) {
        assertThat(result.report().session()).as(result.details()).isEqualTo(RunReport.Session.OPEN);
    }

    private static void assertGoesOn(SandboxSession session) throws Exception {
        TestSandbox.Result next = run(session, "print('still', 6 * 7)\n7");
        assertThat(next.reason()).as(next.details()).isEqualTo("completed");
        assertThat(next.stdout()).isEqualTo("still 42\n");
        assertThat(value(next)).hasToString("{\"text/plain\":\"7\"}");
        assertOpen(next);
    }

    // --- what stays

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void whatOneProgramMakesTheNextOneFinds(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
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
        try (SandboxSession session = open(sandbox)) {
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
        try (SandboxSession session = open(sandbox)) {
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
                    SandboxSession tight = open(small)) {
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
        try (SandboxSession session = open(sandbox)) {
            TestSandbox.Result first = run(session, """
                    import threading
                    go, gone = threading.Event(), threading.Event()
                    def later():
                        go.wait()
                        print('late' * 1000)
                        gone.set()
                    threading.Thread(target=later).start()
                    threading.Timer(0.05, go.set).start()
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

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void tracebackHasTheLinesOfTheProgramThatEachFunctionCameWith(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
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

    @Test
    void openFiguresAreSavedAndClosedAsInANotebook() throws Exception {
        try (SandboxSession session = open()) {
            assertThat(run(session, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone")
                            .files())
                    .containsOnlyKeys("figure-1.png");
            assertThat(run(session, "plt.get_fignums()").files()).isEmpty();
            assertThat(run(session, "plt.plot([2, 1])\nNone").files()).containsOnlyKeys("figure-1.png");
        }
    }

    // --- what bad programs do, after which the next answer is right

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import os\nos.chdir('/tmp')",
                "import os, shutil\nshutil.rmtree(os.getcwd(), ignore_errors=True)",
                "import os\nos.chdir('..')\nos.rmdir('work')\nopen('work', 'w').close()\nos.unlink('work')",
                "import sys\nsys.stdout.close()",
                "import os\nos.close(0); os.close(1); os.close(2)",
                "import os\nos.dup2(os.open('/dev/null', os.O_WRONLY), 1)",
                "import io, sys\nsys.stdout = io.StringIO()",
                "import sys\nsys.stdout = sys.stderr = sys.stdin = None",
                "import sys\ndel sys.stdout",
                "import sys\nsys.__stdout__ = None",
                "import sys\nsys.exit(3)",
                "import sys\nsys.exit('a word')",
                "raise SystemExit",
                "raise KeyboardInterrupt",
                "raise GeneratorExit",
                "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass",
                "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, lambda *_: 1 / 0)\n    except OSError: pass",
                "import sys\nsys.modules.clear()",
                "import sys\nsys.path.clear(); sys.meta_path.clear()",
                "import sys\nsys.setrecursionlimit(60)",
                "def f(): f()\nf()",
                "import sys\nsys.settrace(lambda *_: None); sys.setprofile(lambda *_: None)",
                "import sys\nsys.excepthook = None\n1 / 0",
                "x = bytearray(2_000_000_000)",
                "with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
                "import os\nif os.fork() == 0: raise ValueError('in the child')\nos.wait()",
                "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass",
                "import threading, time\nfor _ in range(20): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
                "import atexit\natexit.register(print, 'never')",
                "import gc\ngc.disable()\nglobals().clear()",
                "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))"
            })
    void nextAnswerIsStillRight(String code) throws Exception {
        try (SandboxSession session = open()) {
            assertOpen(run(session, code));
            assertGoesOn(session);
            TestSandbox.Result written = run(session, """
                    import os
                    os.makedirs('/sandbox/user/work/sub', exist_ok=True)
                    if os.path.exists('/sandbox/user/work/big'): os.unlink('/sandbox/user/work/big')
                    with open('/sandbox/user/work/sub/late.txt', 'w') as f: f.write('late')
                    """);
            assertThat(written.files()).containsOnlyKeys("sub/late.txt");
            assertThat(run(session, "1 / 0").details()).contains("ZeroDivisionError");
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import builtins\nbuiltins.len = builtins.isinstance = builtins.open = builtins.repr = None",
                "import builtins\ndel builtins.str, builtins.Exception, builtins.OSError",
                "import os, io, json, socket\nos.write = os.read = os.getpid = json.dumps = io.TextIOWrapper = socket.socket = None"
            })
    void whatIsReplacedInLibrariesIsReplacedForProgramsOnly(String code) throws Exception {
        try (SandboxSession session = open()) {
            assertOpen(run(session, code));
            assertGoesOn(session);
            assertThat(run(session, "1 / 0").details()).contains("ZeroDivisionError");
        }
    }

    @Test
    void alarmBetweenTwoProgramsIsTheNextOnes() throws Exception {
        try (SandboxSession session = open()) {
            run(session, """
                    import signal, threading
                    rung = []
                    signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
                    signal.setitimer(signal.ITIMER_REAL, 0.02)
                    """);
            assertThat(run(session, "import time\nwhile not rung: time.sleep(0.01)\nprint(rung)")
                            .stdout())
                    .isEqualTo("[1]\n");
        }
    }

    @Test
    void valueThatHangsIsInterrupted() throws Exception {
        try (SandboxSession session = open()) {
            run(
                    session,
                    "class Slow:\n    def _repr_html_(self):\n        while True: pass\nclass Bad:\n    def _repr_html_(self): 1 / 0");
            TestSandbox.Result hung = run(session, lasting("Slow()", Duration.ofMillis(300)));
            assertThat(hung.reason()).isEqualTo("timeout");
            assertOpen(hung);
            TestSandbox.Result bad = run(session, "Bad()");
            assertThat(bad.stderr()).contains("ZeroDivisionError");
            assertThat(value(bad).path("text/plain").textValue()).contains("Bad object");
            assertGoesOn(session);
        }
    }

    // --- stopping

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void timeOutInterruptsAndTheSessionGoesOn(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
            TestSandbox.Result late =
                    run(session, lasting("import time\nx = 5\nprint('a')\ntime.sleep(60)", Duration.ofMillis(300)));
            assertThat(late.reason()).isEqualTo("timeout");
            assertThat(late.details()).startsWith("Execution timed out after 0.3 seconds\n\nTraceback");
            assertThat(late.stdout()).isEqualTo("a\n");
            assertOpen(late);
            assertThat(value(run(session, "x"))).hasToString("{\"text/plain\":\"5\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sum(range(10 ** 12))",
                "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)",
                "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass"
            })
    void whatDoesNotStopEndsTheSession(String code) throws Exception {
        try (SandboxSession session = open()) {
            TestSandbox.Result stubborn = run(session, lasting(code, Duration.ofMillis(300)));
            assertThat(stubborn.reason()).isEqualTo("timeout");
            assertThat(stubborn.details())
                    .isEqualTo("Execution timed out after 0.3 seconds and did not stop: its session has ended");
            assertThat(stubborn.report().session()).isEqualTo(RunReport.Session.ENDED);
            assertThat(session.ended()).contains(stubborn.details());
            assertThatThrownBy(() -> run(session, "1"))
                    .isInstanceOf(SessionEndedException.class)
                    .hasMessage(stubborn.details());
        }
    }

    /** Does something to the run as soon as it has said something. */
    private static TestSandbox.Result meanwhile(
            SandboxSession session, String code, java.util.function.Consumer<SandboxRun> action) throws Exception {
        TestSandbox.Recorder recorder = new TestSandbox.Recorder();
        try (SandboxRun run = session.run(lasting(code, Duration.ofSeconds(50)))) {
            RunReport report = run.await(new RunListener() {
                @Override
                public void stdout(byte[] bytes) throws IOException {
                    recorder.stdout(bytes);
                    action.accept(run);
                }

                @Override
                public void stderr(byte[] bytes) throws IOException {
                    recorder.stderr(bytes);
                }

                @Override
                public void file(String filename, long size, java.io.InputStream content) throws IOException {
                    recorder.file(filename, size, content);
                }
            });
            run.awaitGone();
            return new TestSandbox.Result(report, recorder, Duration.ZERO);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void interruptIsKeyboardInterrupt(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
            String code = "import time\nprint('here')\ntime.sleep(60)";
            TestSandbox.Result interrupted = meanwhile(session, code, run -> session.interrupt());
            assertThat(interrupted.reason()).isEqualTo("interrupted");
            assertThat(interrupted.details())
                    .startsWith("Execution was interrupted\n\n")
                    .endsWith("KeyboardInterrupt");
            assertOpen(interrupted);
            TestSandbox.Result cancelled = meanwhile(session, code, SandboxRun::cancel);
            assertThat(cancelled.reason()).isEqualTo("cancelled");
            assertOpen(cancelled);
            String catching = "try:\n    print('here')\n    time.sleep(60)\nexcept KeyboardInterrupt: pass\n8";
            TestSandbox.Result caught = meanwhile(session, catching, run -> session.interrupt());
            assertThat(caught.reason()).isEqualTo("completed");
            assertThat(value(caught)).hasToString("{\"text/plain\":\"8\"}");
            session.interrupt(); // nothing runs, and no harm
            assertGoesOn(session);
        }
    }

    @Test
    void interruptThatDoesNotHelpEndsTheSession() throws Exception {
        try (SandboxSession session = open()) {
            String code =
                    "try:\n    print('here')\n    sum(range(10 ** 12))\nexcept KeyboardInterrupt: pass\nsum(range(10 ** 12))";
            TestSandbox.Result stubborn = meanwhile(session, code, run -> session.interrupt());
            assertThat(stubborn.reason()).isEqualTo("interrupted");
            assertThat(stubborn.details())
                    .isEqualTo("Execution was interrupted and did not stop: its session has ended");
            assertThat(session.ended()).contains(stubborn.details());
        }
    }

    @Test
    void interruptBeforeTheProgramHasBegunIsNotLost() throws Exception {
        try (SandboxSession session = open()) {
            for (int time = 0; time < 10; time++) {
                TestSandbox.Recorder recorder = new TestSandbox.Recorder();
                try (SandboxRun run = session.run(lasting("import time\ntime.sleep(60)", Duration.ofSeconds(50)))) {
                    session.interrupt();
                    assertThat(run.await(recorder).ending().reason()).isEqualTo(Ending.Reason.INTERRUPTED);
                }
            }
            assertGoesOn(session);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void endInTheMiddleOfAProgramIsTold(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
            String code = "import time\nopen('a.txt', 'w').write('A')\nprint('here')\ntime.sleep(60)";
            TestSandbox.Result ended = meanwhile(session, code, run -> session.end());
            assertThat(ended.reason()).isEqualTo("cancelled");
            assertThat(ended.report().session()).isEqualTo(RunReport.Session.ENDED);
            assertThat(ended.files()).containsOnlyKeys("a.txt");
        }
    }

    // --- the end

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void programThatEndsTheInterpreterEndsTheSessionAndSaysSo(TestSandbox sandbox) throws Exception {
        Map<String, String> reasons = Map.of(
                "import os\nprint('x')\nos._exit(7)", "Program exited with status 7",
                "import os\nprint('x')\nos._exit(0)", "The program ended the interpreter",
                "import os\nprint('x')\nos.abort()", "Program was ended by signal SIGABRT",
                "import os\nprint('x')\nos.closerange(3, 256)",
                        "The program has made the interpreter of its session unfit for another one");
        for (Map.Entry<String, String> each : reasons.entrySet()) {
            try (SandboxSession session = open(sandbox)) {
                TestSandbox.Result last = run(session, each.getKey());
                assertThat(last.stdout()).isEqualTo("x\n");
                assertThat(last.report().session()).isEqualTo(RunReport.Session.ENDED);
                assertThat(session.ended()).contains(each.getValue());
            }
        }
    }

    @Test
    void programOfItsOwnThatPretendsToHaveEndedIsNotBelieved() throws Exception {
        try (SandboxSession session = open()) {
            TestSandbox.Result forger = run(session, "import os, time\nos.write(3, b'd' * 100)\ntime.sleep(60)");
            assertThat(forger.details()).isEqualTo("The program closed the descriptors that its session needs");
            assertThat(forger.report().session()).isEqualTo(RunReport.Session.ENDED);
        }
    }

    @Test
    void endBetweenTwoProgramsHasItsReason() throws Exception {
        try (SandboxSession session = open()) {
            run(session, "import os, threading\nthreading.Timer(0.1, os._exit, (9,)).start()");
            await().atMost(10, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Program exited with status 9");
        }
        try (SandboxSession session = open()) {
            run(session, """
                    import os, threading, time
                    def hog():
                        for _ in range(4):
                            if os.fork() == 0:
                                data = bytearray(b'x') * (200 << 20)
                                time.sleep(60)
                    threading.Timer(0.1, hog).start()
                    """);
            await().atMost(30, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Memory limit of 512 MB exceeded");
        }
    }

    @Test
    void sandboxThatIsRestartedEndsItsSessions() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                        .awaitReady();
                SandboxSession session = open(sandbox)) {
            run(session, "x = 1");
            ProcessHandle.of(sandbox.sandbox().supervisorPid().orElseThrow())
                    .orElseThrow()
                    .destroyForcibly();
            await().atMost(10, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("The sandbox was restarted, or its server ended");
            assertThatThrownBy(() -> run(session, "x")).isInstanceOf(SessionEndedException.class);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void closingLeavesNoProcess(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = open(sandbox)) {
            TestSandbox.Result said =
                    run(session, "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()");
            assertOpen(said);
        }
        long supervisor = sandbox.sandbox().supervisorPid().orElseThrow();
        await().atMost(20, SECONDS)
                .until(() ->
                        ProcessHandle.of(supervisor).orElseThrow().descendants().noneMatch(SessionsTest::isUsed));
    }

    /** Whether it has a thread beside its first one: only programs have. */
    private static boolean isUsed(ProcessHandle process) {
        String[] tasks = new java.io.File("/proc/" + process.pid() + "/task").list();
        return tasks != null && tasks.length > 1;
    }

    @Test
    void limitsOfTheSessionHoldForEachProgram() throws Exception {
        Limits low =
                new Limits(java.util.OptionalInt.of(64), java.util.OptionalInt.empty(), java.util.OptionalInt.of(10));
        try (SandboxSession session = SANDBOXES.get(0).sandbox().openSession(new SessionTerms(false, low))) {
            TestSandbox.Result memory = run(session, "x = bytearray(100 << 20)");
            assertThat(memory.details()).startsWith("Memory limit of 64 MB exceeded");
            TestSandbox.Result output = run(session, "print('x' * 100)");
            assertThat(output.stdout()).hasSize(10);
            assertThat(output.report().truncated()).isTrue();
            assertThat(run(session, "print('y')").report().truncated()).isFalse();
        }
    }
}
