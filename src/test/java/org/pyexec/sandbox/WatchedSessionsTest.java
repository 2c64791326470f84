package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session's programs have left running is watched all the time. */
@Tag("slow")
class WatchedSessionsTest {

    @Test
    void threadsOfAnIdleSessionHaveALimitOfProcessorTime() throws Exception {
        List<String> shortPatience = List.of("/bin/sh", "-c", "exec \"$@\" idle-cpu-seconds=2", "sh");
        String spinning = "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()";
        try (TestSandbox sandbox = TestSandbox.start(shortPatience, "namespaces", TestSandbox.PYTHON)
                        .awaitReady();
                SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, "sum(range(10 ** 8))"); // what programs use themselves does not count
            assertOpen(run(session, spinning));
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Processor time limit of 2 seconds exceeded between two programs");
        }
    }

    /** Each of them ends before anybody looks at it, or nearly so. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // Orphans, whom the init of the cell waits for.
                "    while True:\n        burn()\n        if os.fork():\n            os._exit(0)",
                // Children whom nobody waits for.
                """
                    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                    while True:
                        if os.fork() == 0:
                            burn()
                            os._exit(0)
                        try:
                            os.wait()
                        except ChildProcessError:
                            pass
                """
            })
    void chainsOfShortProcessesHaveALimitOfProcessorTime(String chain) throws Exception {
        List<String> shortPatience = List.of("/bin/sh", "-c", "exec \"$@\" idle-cpu-seconds=2", "sh");
        String beginning = """
                import os, signal, time
                def burn():
                    begin = time.process_time()
                    while time.process_time() < begin + 0.03:
                        pass
                if os.fork() == 0:
                    os.setsid()
                """;
        try (TestSandbox sandbox = TestSandbox.start(shortPatience, "namespaces", TestSandbox.PYTHON)
                        .awaitReady();
                SandboxSession session = SessionRuns.open(sandbox)) {
            assertOpen(run(session, beginning + chain));
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Processor time limit of 2 seconds exceeded between two programs");
        }
    }

    /** Each of which is over before anybody has looked, and begins before anybody looks at what lies between them. */
    @Test
    void shortProgramsInARowDoNotKeepTheLimitFromBeingSeen() throws Exception {
        besideAVictim(WatchedSessionsTest::runShortProgramsUntilTheLimitIsSeen);
    }

    private static void runShortProgramsUntilTheLimitIsSeen(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertOpen(run(session, hogIn(1)));
            String reason = "";
            long deadline = System.nanoTime() + SECONDS.toNanos(60);
            while (reason.isEmpty() && System.nanoTime() < deadline) {
                try {
                    TestSandbox.Result next = run(session, "1");
                    reason = next.report().session() == RunReport.Session.ENDED ? next.details() : "";
                } catch (SessionEndedException e) {
                    reason = String.valueOf(e.getMessage());
                }
            }
            assertThat(reason).isEqualTo("Memory limit of 512 MB exceeded");
        }
    }

    /** The answer is not read to its end meanwhile. */
    @Test
    void slowReaderOfAnAnswerDoesNotKeepTheLimitFromBeingSeen() throws Exception {
        besideAVictim(WatchedSessionsTest::readSlowlyUntilTheLimitIsSeen);
    }

    private static void readSlowlyUntilTheLimitIsSeen(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            String code = hogIn(2) + "with open('large', 'wb') as file: file.write(bytes(18 << 20))\n";
            try (SandboxRun run = session.run(SessionRuns.lasting(code, Duration.ofSeconds(20)))) {
                RunReport report = run.await(new Nobody() {
                    @Override
                    public void file(String filename, long size, InputStream content) {
                        assertThat(hogs(sandbox)).isTrue();
                        await().atMost(60, SECONDS).until(() -> !hogs(sandbox));
                    }
                });
                assertThat(report.termination().reason().word()).isEqualTo("completed");
                assertThat(report.session()).isEqualTo(RunReport.Session.OPEN);
            }
            await().atMost(60, SECONDS).until(() -> session.ended().isPresent());
            assertThat(session.ended()).contains("Memory limit of 512 MB exceeded");
        }
    }

    private static boolean hogs(TestSandbox sandbox) {
        return SandboxProcesses.supervisor(sandbox)
                .descendants()
                .anyMatch(process -> SandboxProcesses.name(process.pid()).equals("hog"));
    }

    /** Listens to nothing. */
    private abstract static class Nobody implements RunListener {

        @Override
        public void stdout(byte[] bytes) {}

        @Override
        public void stderr(byte[] bytes) {}
    }

    private interface Attack {
        void on(TestSandbox sandbox) throws Exception;
    }

    /** Without control groups, which would end it in another way. */
    private static void besideAVictim(Attack attack) throws Exception {
        try (TestSandbox sandbox =
                TestSandbox.startWith("control-groups=off", TestSandbox.Identity.OURS, "namespaces")) {
            Victim victim = new Victim(sandbox);
            Callable<Void> hostile = () -> {
                attack.on(sandbox);
                return null;
            };
            victim.beside(List.of(hostile), Duration.ofMillis(300));
            victim.assertAllSlotsAreThere();
        }
    }

    private static String hogIn(int seconds) {
        return """
                import ctypes, os, time
                for _ in range(4):
                    if os.fork() == 0:
                        ctypes.CDLL(None).prctl(15, b'hog', 0, 0, 0)
                        time.sleep(%d)
                        data = bytearray(b'x') * (200 << 20)
                        time.sleep(100)
                """.formatted(seconds);
    }
}
