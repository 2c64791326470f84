package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An interpreter as pyenv(1) installs it: in a folder of its own, called through a shell script. */
class InterpreterTest {

    private static Path folder;
    private static Path prefix;
    private static Path shim;

    @BeforeAll
    static void install() throws Exception {
        // Not in /tmp: programs have a folder of their own there.
        folder = Files.createTempDirectory(Path.of("/var/tmp"), "pyexec-python-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        prefix = folder.resolve("versions/own");
        Path library = Path.of(output(TestSandbox.PYTHON, "-c", "import os; print(os.path.dirname(os.__file__))"));
        Files.createDirectories(prefix.resolve("bin"));
        Files.createDirectories(prefix.resolve("lib"));
        Files.copy(Path.of(TestSandbox.PYTHON), prefix.resolve("bin/python3"));
        output("cp", "-R", library.toString(), prefix.resolve("lib").toString());
        shim = Files.createDirectories(folder.resolve("shims")).resolve("python3");
        Files.writeString(shim, "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(prefix.resolve("bin/python3")));
        Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path packages = Path.of(output(shim.toString(), "-c", "import site; print(site.getsitepackages()[-1])"));
        Files.writeString(Files.createDirectories(packages).resolve("only_here.py"), "ANSWER = 42");
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.strip();
    }

    @AfterAll
    static void remove() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void programsRunInTheInterpreterBehindAShim(String tier) throws Exception {
        String code = """
                import json, shutil, sys
                import only_here
                print(sys.executable, sys.prefix, sys.base_prefix, shutil.which("python3"), only_here.ANSWER)
                assert json.__file__.startswith(sys.prefix), json.__file__
                """;
        try (TestSandbox sandbox = start(TestSandbox.Identity.OURS, tier)) {
            assertThat(sandbox.run(code).stdout())
                    .isEqualTo("%1$s %2$s %2$s %1$s 42\n".formatted(prefix.resolve("bin/python3"), prefix));
        }
    }

    static List<TestSandbox.Identity> identities() throws IOException {
        return TestSandbox.Identity.possible();
    }

    @ParameterizedTest
    @MethodSource("identities")
    void theirProcessesRunInItAsWell(TestSandbox.Identity identity) throws Exception {
        String code = """
                import multiprocessing, subprocess, sys

                def prefix(_):
                    import only_here
                    return sys.prefix

                if __name__ == "__main__":
                    command = [sys.executable, "-c", "import only_here, sys; print(sys.prefix, end=' ')"]
                    print(subprocess.check_output(command, text=True), end="")
                    with multiprocessing.get_context("spawn").Pool(1) as pool:
                        print(*pool.map(prefix, [0]))
                """;
        try (TestSandbox sandbox = start(identity, "namespaces")) {
            assertThat(sandbox.run(code).stdout()).isEqualTo("%1$s %1$s\n".formatted(prefix));
        }
    }

    private static TestSandbox start(TestSandbox.Identity identity, String tier) throws IOException {
        return TestSandbox.start(identity, tier, shim.toString()).awaitReady();
    }
}
