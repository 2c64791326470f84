package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Which isolation and which interpreter there is, on hosts that lack something. */
class TiersTest {

    @Test
    void missingInterpreterIsNamedAndFoundOnceItIsThere() throws Exception {
        Path folder = Files.createTempDirectory("interpreter-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path python = folder.resolve("python3");
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "auto", python.toString())) {
            await().atMost(60, SECONDS)
                    .until(() -> sandbox.sandbox().status().problem().orElse("").contains(python.toString()));
            assertThatThrownBy(() -> sandbox.run("print(1)"))
                    .isInstanceOf(SandboxUnavailableException.class)
                    .hasMessageContaining("Python not available")
                    .message()
                    .hasLineCount(1);

            Files.createSymbolicLink(python, Path.of(TestSandbox.PYTHON));
            folder.toFile().deleteOnExit();
            python.toFile().deleteOnExit();

            sandbox.awaitReady();
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
            assertThat(sandbox.sandbox().status().pythonVersion()).isPresent();
        }
    }

    @Test
    void moduleThatIsNotInstalledIsLeftOut() throws Exception {
        List<String> preload = List.of("numpy", "no_such_module_anywhere");
        try (TestSandbox sandbox = TestSandbox.start(List.of(), "auto", TestSandbox.PYTHON, preload)) {
            assertThat(sandbox.awaitReady().run("import numpy; print(1)").stdout())
                    .isEqualTo("1\n");
            assertThat(sandbox.run("import no_such_module_anywhere").details())
                    .endsWith("ModuleNotFoundError: No module named 'no_such_module_anywhere'");
        }
    }

    /** A process with another root directory may not create user namespaces: user_namespaces(7). */
    private static final List<String> WITHOUT_NAMESPACES = List.of(
            "unshare",
            "--mount",
            "/bin/sh",
            "-c",
            "mkdir -p /tmp/pyexec-root && mount --rbind / /tmp/pyexec-root && cd \"$PWD\" && exec chroot /tmp/pyexec-root \"$@\"",
            "sh");

    @AfterAll
    static void removeMountPoint() throws IOException {
        Files.deleteIfExists(Path.of("/tmp/pyexec-root"));
    }

    @Test
    void hostThatDeniesNamespacesGetsTheLandlockTier() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(WITHOUT_NAMESPACES, "auto", TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().tier()).contains("landlock");
            assertThat(sandbox.sandbox().status().layers()).contains("landlock", "seccomp");
            assertThat(sandbox.sandbox().status().network()).isFalse();
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void tierThatCannotBeHadRunsNothing() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(WITHOUT_NAMESPACES, "namespaces", TestSandbox.PYTHON)) {
            await().atMost(60, SECONDS)
                    .until(() -> sandbox.sandbox().status().problem().orElse("").contains("namespaces"));
            assertThatThrownBy(() -> sandbox.run("print(1)"))
                    .isInstanceOf(SandboxUnavailableException.class)
                    .message()
                    .hasLineCount(1);
        }
    }

    @Test
    void noIsolationIsAnExplicitChoiceAndSaysSo() throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "none", TestSandbox.PYTHON)) {
            assertThat(sandbox.awaitReady().sandbox().status().tier()).contains("none");
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void virtualEnvironmentIsUsedWithItsOwnPackages() throws Exception {
        String code = """
                import subprocess, sys
                import numpy, only_here
                inner = subprocess.check_output([sys.executable, "-c", "import only_here; print(only_here.ANSWER)"])
                print(sys.executable, only_here.ANSWER, int(inner))
                """;
        try (VirtualEnvironment environment =
                        VirtualEnvironment.create("--system-site-packages").with("only_here", "ANSWER = 42");
                TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, "auto", environment.python())
                        .awaitReady()) {
            assertThat(sandbox.run(code).stdout()).isEqualTo(environment.python() + " 42 42\n");
        }
    }

    @Test
    void programsDoNotShareTheirRandomNumbers() throws Exception {
        String code = """
                import random, uuid, secrets, sys
                loaded = "numpy" in sys.modules
                import numpy.random
                print(loaded, random.random(), numpy.random.rand(), uuid.uuid4(), secrets.token_hex())
                """;
        try (TestSandbox sandbox = TestSandbox.startWithLibraries(TestSandbox.Identity.OURS, "auto")) {
            sandbox.awaitReady();
            await().atMost(60, SECONDS).until(() -> sandbox.run(code).stdout().startsWith("True "));
            List<String> words = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                words.addAll(List.of(
                        sandbox.run(code).stdout().strip().replace("True ", "").split(" ")));
            }
            assertThat(words).hasSize(20).doesNotHaveDuplicates();
        }
    }
}
