package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.state;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What programs import often is imported before they come, from the next family of zygotes on; docs/adr/0016. The libraries
 * are small ones of this test's own, by the names of real ones.
 */
@Tag("slow")
class PopularTest {

    private static final int OFTEN = 25;
    private static final String SOON = "renewal-seconds=2 warm-seconds=12 ";
    private static final Duration SOME_RENEWALS = Duration.ofMinutes(3);
    private static final String SYMPY = """
            import sys
            loaded = "sympy" in sys.modules
            import sympy
            print(loaded, sympy.ANSWER)
            """;

    private static VirtualEnvironment environment;

    @BeforeAll
    static void createEnvironment() throws Exception {
        environment = VirtualEnvironment.create()
                .with("good", "ANSWER = 1")
                .with("sympy", "ANSWER = 42")
                .with("yaml", "raise RuntimeError('not today')")
                .with("networkx", "import threading; threading.Thread(target=threading.Event().wait).start()")
                .with("bs4", "import os; os.register_at_fork(after_in_child=lambda: os._exit(7))")
                .with("unheard_of", "ANSWER = 7");
    }

    @AfterAll
    static void deleteEnvironment() throws IOException {
        environment.close();
    }

    private static TestSandbox start(String tier, String options) throws IOException {
        List<String> launcher = List.of("/bin/sh", "-c", "exec \"$@\" " + SOON + options, "sh");
        return TestSandbox.start(launcher, tier, environment.python(), List.of("good"))
                .awaitReady();
    }

    private static void runOften(TestSandbox sandbox, String code) throws Exception {
        for (int i = 0; i < OFTEN; i++) {
            sandbox.run(code);
        }
    }

    /** Programs of one family have the same hashes of texts. */
    private static String family(TestSandbox sandbox) throws Exception {
        return sandbox.run("print(hash('a text'))").stdout();
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void whatProgramsImportOftenIsImportedBeforeForThoseThatAskForIt(String tier) throws Exception {
        try (TestSandbox sandbox = start(tier, "")) {
            runOften(sandbox, "import unheard_of");
            runOften(sandbox, SYMPY);

            await().atMost(SOME_RENEWALS)
                    .pollInterval(1, SECONDS)
                    .until(() -> sandbox.run(SYMPY).stdout().equals("True 42\n"));
            assertThat(sandbox.run("import sys, good\nprint('sympy' in sys.modules)")
                            .stdout())
                    .isEqualTo("False\n");
            assertThat(sandbox.run(SYMPY + "print('unheard_of' in sys.modules)").stdout())
                    .isEqualTo("True 42\nFalse\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void whatCannotBeImportedOrStartsAThreadIsTriedOnceAndLeftOutForGood(String tier) throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start(tier, "")) {
            runOften(sandbox, "import os; os._exit(0); import docx, yaml, networkx");
            runOften(sandbox, SYMPY);

            await().atMost(SOME_RENEWALS)
                    .pollInterval(1, SECONDS)
                    .until(() -> sandbox.run(SYMPY).stdout().equals("True 42\n"));
            assertThat(log.lines().stream()
                            .filter(line -> line.contains("image popular"))
                            .map(line -> line.replaceAll(".*\"(.*)\"", "$1")))
                    .containsExactlyInAnyOrder(
                            "image popular: not loaded: docx (ModuleNotFoundError: No module named 'docx')",
                            "image popular: not loaded: yaml (RuntimeError: not today)",
                            "image popular: ended while importing networkx");
        }
    }

    @Test
    void whatKeepsChildrenFromParkingHoldsUpNobodyAndIsLeftOut() throws Exception {
        try (SandboxLog log = new SandboxLog();
                TestSandbox sandbox = start("auto", "")) {
            runOften(sandbox, "print(1)\nimport bs4");
            await().atMost(SOME_RENEWALS).until(() -> log.says("image popular: a child ended while parking"));
            runOften(sandbox, SYMPY);

            await().atMost(SOME_RENEWALS)
                    .pollInterval(1, SECONDS)
                    .until(() -> sandbox.run(SYMPY).stdout().equals("True 42\n"));
        }
    }

    @Test
    void programsOfWhatWasLearntLeaveNoProcessBehind() throws Exception {
        try (TestSandbox sandbox = start("namespaces", "renewal-seconds=15")) {
            runOften(sandbox, SYMPY);
            await().atMost(SOME_RENEWALS)
                    .pollInterval(1, SECONDS)
                    .until(() -> sandbox.run(SYMPY).stdout().equals("True 42\n"));
            for (int i = 0; i < 10; i++) {
                sandbox.run(SYMPY);
            }

            await().atMost(5, SECONDS)
                    .until(() -> supervisor(sandbox)
                            .descendants()
                            .noneMatch(process -> state(process.pid()).equals("Z")));
        }
    }

    @Test
    void nothingIsLearntWhereThatIsSwitchedOff() throws Exception {
        try (TestSandbox sandbox = start("auto", "preload-learn=off")) {
            runOften(sandbox, SYMPY);
            String first = family(sandbox);

            await().atMost(SOME_RENEWALS)
                    .pollInterval(1, SECONDS)
                    .until(() -> !family(sandbox).equals(first));
            await().during(2, SECONDS).until(() -> sandbox.run(SYMPY).stdout().equals("False 42\n"));
        }
    }
}
