package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.lasting;
import static org.pyexec.sandbox.SessionRuns.meanwhile;
import static org.pyexec.sandbox.SessionRuns.run;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a session ends with a reason. */
@Tag("slow")
class SessionEndingsTest extends OnEveryTier {

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(strongest());
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
