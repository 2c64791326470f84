package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a module to preload does when it is imported, programs run, and the other modules are there. */
@Tag("slow")
class PreloadTest {

    private static final String GOOD_IS_LOADED = """
            import sys
            loaded = "good" in sys.modules
            import good
            print(loaded, good.ANSWER)
            """;

    private static VirtualEnvironment environment;

    @BeforeAll
    static void createEnvironment() throws Exception {
        environment = VirtualEnvironment.create()
                .with("good", "ANSWER = 42")
                .with("raises", "raise RuntimeError('not\\ntoday')")
                .with("exits", "import sys; sys.exit('no')")
                .with("interrupts", "raise KeyboardInterrupt")
                .with("ends", "import os; os._exit(3)")
                .with("aborts", "import os; os.abort()")
                .with("crashes", "import ctypes; ctypes.string_at(0)")
                .with("hangs", "while True: pass")
                .with("threads", "import threading; threading.Thread(target=threading.Event().wait).start()")
                .with("prints", "print('ready'); print('problem'); print('unfinished', end='')")
                .with("forks_badly", "import os; os.register_at_fork(after_in_child=lambda: os._exit(7))");
    }

    @AfterAll
    static void deleteEnvironment() throws IOException {
        environment.close();
    }

    private static TestSandbox start(String tier, String... modules) throws IOException {
        return TestSandbox.start(List.of(), tier, environment.python(), List.of(modules));
    }

    private static void awaitGoodIsLoaded(TestSandbox sandbox) {
        await().atMost(60, SECONDS)
                .until(() -> sandbox.run(GOOD_IS_LOADED).stdout().equals("True 42\n"));
    }

    /** Where nothing is preloaded, or not yet. */
    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void figureThatTheProgramSavedIsNotSavedAgainWhateverIsPreloaded(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(List.of(), tier, TestSandbox.PYTHON, List.of())
                .awaitReady()) {
            TestSandbox.Result result = sandbox.run("""
                    import sys
                    print("matplotlib" in sys.modules)
                    import matplotlib.pyplot as plt
                    plt.plot([1, 3, 2])
                    plt.savefig("mine.png")
                    plt.figure()
                    plt.plot([2, 1])""");

            assertThat(result.stdout()).as(result.stderr()).isEqualTo("False\n");
            assertThat(result.files()).containsOnlyKeys("mine.png", "figure-1.png");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void moduleThatRaisesAnythingIsLeftOutAndNamed(String tier) throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start(tier, "raises", "exits", "interrupts", "absent", "good")
                        .awaitReady()) {
            awaitGoodIsLoaded(sandbox);
            assertThat(log.lines().stream().filter(line -> line.contains("not loaded")))
                    .map(line -> line.replaceAll(".*\"(.*)\"", "$1"))
                    .containsExactly(
                            "image all: not loaded: raises (RuntimeError: not today)",
                            "image all: not loaded: exits (SystemExit: no)",
                            "image all: not loaded: interrupts (KeyboardInterrupt)",
                            "image all: not loaded: absent (ModuleNotFoundError: No module named 'absent')");
            assertThat(sandbox.run("import raises").details()).endsWith("RuntimeError: not\ntoday");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void moduleThatEndsItsProcessIsLeftOutAfterPausesThatGrow(String tier) throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox =
                        start(tier, "ends", "aborts", "crashes", "good").awaitReady()) {
            assertThat(sandbox.run("import good; print(1)").stdout()).isEqualTo("1\n");
            awaitGoodIsLoaded(sandbox);
            assertThat(log.lines().stream().filter(line -> line.contains("image all")))
                    .map(line -> line.replaceAll(".*\"(.*)\"", "$1"))
                    .containsExactly(
                            "image all: ended while importing ends; starts again without ends in 0.5 s",
                            "image all: ended while importing aborts; starts again without aborts in 1 s",
                            "image all: ended while importing crashes; starts again without crashes in 2 s");
        }
    }

    @Test
    void moduleThatHangsHoldsUpNobody() throws Exception {
        try (TestSandbox sandbox = start("auto", "hangs", "good").awaitReady()) {
            assertThat(sandbox.run(GOOD_IS_LOADED).stdout()).isEqualTo("False 42\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void moduleThatHangsIsLeftOutInTheEnd(String tier) throws Exception {
        List<String> shortPatience = List.of("/bin/sh", "-c", "exec \"$@\" import-seconds=3", "sh");
        List<String> modules = List.of("hangs", "good");
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = TestSandbox.start(shortPatience, tier, environment.python(), modules)
                        .awaitReady()) {
            awaitGoodIsLoaded(sandbox);
            assertThat(log.says("hangs.py\", line 1 in <module>")).isTrue();
            assertThat(log.says("image all: ended while importing hangs; starts again without hangs"))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void moduleThatLeavesAThreadRunningIsLeftOut(String tier) throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start(tier, "threads", "good").awaitReady()) {
            assertThat(sandbox.run(GOOD_IS_LOADED).stdout()).isEqualTo("False 42\n");
            awaitGoodIsLoaded(sandbox);
            assertThat(log.says("threads leaves a thread running")).isTrue();
            assertThat(log.says("image all: ended while importing threads; starts again without threads"))
                    .isTrue();
        }
    }

    @Test
    void imageThatHasNothingElseToImportIsNotStartedAgain() throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start("auto", "ends").awaitReady()) {
            await().atMost(60, SECONDS)
                    .until(() -> log.says("ended while importing ends, which was all that it had to import"));
            assertThat(sandbox.run("import ends").report().termination())
                    .hasToString(sandbox.run("raise SystemExit(3)")
                            .report()
                            .termination()
                            .toString());
        }
    }

    @Test
    void whatAModulePrintsIsLoggedAndNotTakenForWordsOfTheSupervisor() throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start("auto", "prints", "good").awaitReady()) {
            awaitGoodIsLoaded(sandbox);
            assertThat(log.lines())
                    .contains("event=sandbox_says text=\"ready\"", "event=sandbox_says text=\"problem\"");
            assertThat(sandbox.sandbox().status().ready()).isTrue();
        }
    }

    @Test
    void imageWhoseChildrenDoNotParkLeavesItsProgramsToTheOthers() throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start("auto", "forks_badly", "good").awaitReady()) {
            await().atMost(60, SECONDS).until(() -> log.says("image all: a child ended while parking"));
            for (int i = 0; i < 10; i++) {
                assertThat(sandbox.run(GOOD_IS_LOADED).stdout()).isEqualTo("False 42\n");
            }
        }
    }

    @Test
    void interpreterIsNotKeptBusyByAThreadOfAModule(@TempDir Path runtime) throws Exception {
        try (PythonRuntime half = PythonRuntime.unpack(runtime)) {
            String main = half.main().toString();
            Process probe = new ProcessBuilder(environment.python(), "-I", "-S", "-B", main, "probe", "threads")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                assertThat(probe.waitFor(30, SECONDS)).isTrue();
                assertThat(new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("complete\t" + environment.python());
            } finally {
                probe.descendants().forEach(ProcessHandle::destroyForcibly);
                probe.destroyForcibly();
            }
        }
    }
}
