package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The unit tests of the Python half, {@code src/test/python}: each file runs with the interpreter that runs the sandbox. */
class PythonUnitTest {

    private static final Path TESTS = Path.of("src/test/python");
    private static final String SOURCES = "src/main/resources/org/pyexec";

    @Execution(ExecutionMode.CONCURRENT)
    @TestFactory
    Stream<DynamicTest> everyFilePasses() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(TESTS)) {
            files = found.filter(file -> file.getFileName().toString().startsWith("test_"))
                    .sorted()
                    .toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
    }

    private static void run(Path file) throws IOException, InterruptedException {
        // A suite in the background of a shell script has SIGINT ignored; POSIX, Shell Command Language, section 2.11.
        ProcessBuilder builder = new ProcessBuilder(
                "env", "--default-signal=INT", TestSandbox.PYTHON, "-W", "error", "-B", file.toString());
        builder.environment().put("PYTHONPATH", SOURCES);
        Process python = builder.redirectErrorStream(true).start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(said).isZero();
        assertThat(said).contains("Ran ").contains("OK");
    }
}
