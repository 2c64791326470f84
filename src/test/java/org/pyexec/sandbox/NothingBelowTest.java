package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What walks frames finds the same below a program, and below each cell of a session, as in an interpreter without us. */
class NothingBelowTest extends OnEveryTier {

    /** The number of the cell is in the text of the warning, which comes once for each text. */
    private static final String LOGGING = """
            import io, logging
            words = io.StringIO()
            form = "%(filename)s %(lineno)d %(funcName)s %(message)s"
            logging.basicConfig(stream=words, format=form, force=True)
            def deeper():
                logging.warning("here", stack_info=True)
                logging.warning("its caller", stacklevel=2)
                logging.warning("beyond the outermost", stacklevel=9)
                warnings.warn("in CELL", stacklevel=2)
            def outer():
                deeper()
            outer()
            print(words.getvalue(), logging.getLogger().findCaller(), logging.getLogger().findCaller(True)[3])
            print([each.function for each in inspect.stack()], [each.name for each in traceback.extract_stack()])
            """;

    private static String program(int cell) throws IOException {
        String walking = Files.readString(Path.of("src/test/programs/honest/nothing_below_the_program.py"));
        return (walking + LOGGING)
                .replace("from outside", "from outside " + cell)
                .replace("CELL", String.valueOf(cell));
    }

    /** Both streams of an interpreter that has been started for this program only. */
    private static List<String> bare(Path folder, int cell) throws Exception {
        Path file = Files.writeString(folder.resolve("main.py"), program(cell));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process python = new ProcessBuilder(TestSandbox.PYTHON, file.toString())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(python.waitFor()).as(Files.readString(errors)).isZero();
        String name = cell == 1 ? "main.py" : "main.py (run %d)".formatted(cell);
        return Stream.of(Files.readString(output), Files.readString(errors))
                .map(text -> text.replace(folder + "/", "").replace("main.py", name))
                .toList();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void programAndCellsAreAsDeepAsInABareInterpreter(TestSandbox sandbox, @TempDir Path folder) throws Exception {
        TestSandbox.Result plain = sandbox.run(program(1));
        assertThat(List.of(plain.stdout(), plain.stderr())).isEqualTo(bare(folder, 1));
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            for (int cell = 1; cell < 4; cell++) {
                TestSandbox.Result result = SessionRuns.run(session, program(cell));
                assertThat(List.of(result.stdout(), result.stderr())).isEqualTo(bare(folder, cell));
            }
            TestSandbox.Result last = SessionRuns.run(session, "len(inspect.stack())");
            assertThat(ShowingRuns.value(last)).hasToString("{\"text/plain\":\"1\"}");
        }
    }
}
