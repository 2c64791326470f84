package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.lasting;
import static org.pyexec.sandbox.SessionRuns.run;
import static org.pyexec.sandbox.ShowingRuns.value;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How programs of a session are stopped, and how the session ends with a reason. */
@Tag("slow")
class SessionEndingsTest extends OnEveryTier {

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(strongest());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void timeOutInterruptsAndTheSessionGoesOn(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
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
        try (SandboxSession session = SessionRuns.open(sandbox)) {
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
            assertThat(session.interrupt()).isFalse(); // nothing runs, and no harm
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "signal.signal(signal.SIGINT, signal.SIG_IGN)",
                "signal.signal(signal.SIGINT, lambda *_: None)",
                "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())",
            })
    void programThatRefusesToBeInterruptedDoesNotDoSoForTheNextOne(String code) throws Exception {
        try (SandboxSession session = open()) {
            assertOpen(run(session, "import signal, time\n" + code));
            TestSandbox.Result late = run(session, lasting("time.sleep(60)", Duration.ofMillis(300)));
            assertThat(late.reason()).isEqualTo("timeout");
            assertOpen(late);
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
                    assertThat(run.await(recorder).termination().reason()).isEqualTo(Termination.Reason.INTERRUPTED);
                }
            }
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void orderWhileFilesAreHandedOverIsKeptForLater(boolean end) throws Exception {
        byte[] bytes = new byte[1000];
        try (SandboxSession session = open()) {
            InputFile.Content content = new InputFile.Content() {
                @Override
                public long size() {
                    return bytes.length;
                }

                @Override
                public long heldBytes() {
                    return 0;
                }

                @Override
                public void writeTo(WritableByteChannel channel) throws IOException {
                    if (end) {
                        session.end();
                    } else {
                        assertThat(session.interrupt()).isTrue();
                    }
                    channel.write(ByteBuffer.wrap(bytes));
                }
            };
            Inputs inputs = new Inputs("", List.of(), Map.of(), List.of(new InputFile("zeros", content)));
            TestSandbox.Result stopped = run(session, "import time\ntime.sleep(15)", inputs);
            assertThat(stopped.reason()).isEqualTo(end ? "cancelled" : "interrupted");
            if (!end) {
                assertThat(run(session, "print(open('zeros', 'rb').read() == bytes(1000))")
                                .stdout())
                        .isEqualTo("True\n");
            }
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void endInTheMiddleOfAProgramIsTold(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
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
            try (SandboxSession session = SessionRuns.open(sandbox)) {
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
            TestSandbox.Result forger = run(session, """
                    import os, time
                    for number in range(3, 20):
                        try:
                            os.write(number, b'd' * 100)
                        except OSError:
                            pass
                    time.sleep(60)
                    """);
            assertThat(forger.details()).isEqualTo("The program closed the descriptors that its session needs");
            assertThat(forger.report().session()).isEqualTo(RunReport.Session.ENDED);
        }
    }

    @Test
    void endBetweenTwoProgramsHasItsReason() throws Exception {
        try (SandboxSession session = open()) {
            run(session, "import os, threading\nthreading.Timer(0.1, os._exit, (9,)).start()");
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
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
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Memory limit of 512 MB exceeded");
        }
    }

    @Test
    void sandboxThatIsRestartedEndsItsSessions() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                        .awaitReady();
                SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, "x = 1");
            ProcessHandle.of(sandbox.sandbox().supervisorPid().orElseThrow())
                    .orElseThrow()
                    .destroyForcibly();
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("The sandbox was restarted, or its server ended");
            assertThatThrownBy(() -> run(session, "x")).isInstanceOf(SessionEndedException.class);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void closingLeavesNoProcess(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result said =
                    run(session, "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()");
            assertOpen(said);
        }
        long supervisor = sandbox.sandbox().supervisorPid().orElseThrow();
        await().atMost(60, SECONDS)
                .until(() ->
                        ProcessHandle.of(supervisor).orElseThrow().descendants().noneMatch(SessionEndingsTest::isUsed));
    }

    /** Whether it has a thread beside its first one: only programs have. */
    private static boolean isUsed(ProcessHandle process) {
        String[] tasks = new java.io.File("/proc/" + process.pid() + "/task").list();
        return tasks != null && tasks.length > 1;
    }
}
