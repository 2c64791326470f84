package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.lasting;
import static org.pyexec.sandbox.SessionRuns.run;
import static org.pyexec.sandbox.ShowingRuns.value;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that damage the interpreter of their session, after which the next answer is right. */
class HostileSessionsTest {

    private static TestSandbox sandbox;

    @BeforeAll
    static void start() throws IOException {
        sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "namespaces", TestSandbox.PYTHON)
                .awaitReady();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(sandbox);
    }

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
            assertThat(value(bad).path("text/plain").textValue()).contains("Bad at");
            assertGoesOn(session);
        }
    }

    /** A descriptor that the supervisor took would be closed by it, and closing some takes as long as their owner likes. */
    @Test
    void nothingThatAProgramSendsReachesTheSupervisor() throws Exception {
        try (SandboxSession session = open()) {
            TestSandbox.Result sender = run(session, """
                    import array, socket, struct
                    listener = socket.create_server(('127.0.0.1', 0))
                    slow = socket.create_connection(listener.getsockname())
                    other, _ = listener.accept()
                    slow.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 100_000))
                    slow.setblocking(False)
                    try:
                        while True:
                            slow.send(bytes(1 << 16))
                    except BlockingIOError:
                        pass
                    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [slow.fileno()]))]
                    for number in range(3, 20):
                        try:
                            way = socket.socket(fileno=number)
                        except OSError:
                            continue
                        if way.family == socket.AF_UNIX:
                            try:
                                way.sendmsg([b'd'], rights)
                                print('sent by', number)
                            except BrokenPipeError:
                                print('refused')
                        way.detach()
                    """);
            assertThat(sender.stdout()).isEqualTo("refused\n");
            assertGoesOn(session);
        }
        try (SandboxSession victim = open()) {
            assertGoesOn(victim);
        }
    }

    /** The supervisor remembers names until the next program. */
    @Test
    void namesCostTheSupervisorLittleMemory() throws Exception {
        String longNames = """
                import os
                for number in range(14):
                    os.mkdir(chr(1) * 240)
                    os.chdir(chr(1) * 240)
                for number in range(8000):
                    open(chr(1) * 240 + str(number), 'w').close()
                """;
        String manyNames = "for number in range(8000): open(f'{number:0120}', 'w').close()";
        try (SandboxSession warm = open()) {
            assertOpen(run(warm, "open('file', 'w').close()"));
        }
        long before = memoryOfTheSupervisor();
        List<SandboxSession> sessions = new ArrayList<>();
        try {
            for (String code : List.of(longNames, manyNames, longNames, manyNames)) {
                sessions.add(open());
                TestSandbox.Result result = run(sessions.get(sessions.size() - 1), code);
                assertThat(result.reason()).as(result.details()).isEqualTo("completed");
                assertThat(result.report().skippedFiles()).isNotEmpty();
                assertThat(result.report().skippedFiles().stream()
                                .mapToInt(each -> each.filename().length())
                                .sum())
                        .isLessThan(64 << 10);
            }
            for (SandboxSession session : sessions) {
                assertGoesOn(session);
            }
            assertThat(memoryOfTheSupervisor() - before).isLessThan(sessions.size() * (20L << 20));
        } finally {
            sessions.forEach(SandboxSession::close);
        }
    }

    private static long memoryOfTheSupervisor() {
        return 4096
                * SandboxProcesses.residentPages(
                        SandboxProcesses.supervisor(sandbox).pid());
    }
}
