package org.pyexec.sandbox;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes in the first column of each listing of syscall_batch.py are what the instructions beside them mean. */
class MachineCodeTest {

    private static final String PACKAGES = "src/main/resources/org/pyexec";
    private static final String OWN_MACHINE = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    private static final Map<String, String> SYNTAX = Map.of("x86_64", ".intel_syntax noprefix\n", "aarch64", "");
    /** Of the GNU assembler's listing: number, place, bytes in groups, source. */
    private static final Pattern LISTED = Pattern.compile(" *\\d+ [0-9a-f]{4} ([0-9A-F ]+)\t(.*)");

    @TempDir
    Path folder;

    /** A line of a listing: its bytes as hexadecimal digits, its instruction with or without a label. */
    private record Line(String bytes, String instruction) {}

    @ParameterizedTest
    @CsvSource({"_RUN, x86_64", "_CLONE, x86_64", "_RUN, aarch64", "_CLONE, aarch64"})
    void bytesAreTheAssemblersOfTheInstructions(String listing, String machine) throws Exception {
        List<Line> written = written(listing, machine);
        assertThat(written).hasSizeGreaterThan(10);
        assertThat(written).isEqualTo(assembled(written, machine));
    }

    private static List<Line> written(String listing, String machine) throws Exception {
        String print = "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.kernel import syscall_batch; "
                + "print(getattr(syscall_batch, sys.argv[2])[sys.argv[3]])";
        return output(List.of(TestSandbox.PYTHON, "-I", "-B", "-c", print, PACKAGES, listing, machine))
                .lines()
                .map(line -> line.replaceFirst(";.*", "").strip())
                .filter(line -> !line.isEmpty())
                .map(line -> line.split("\\s+", 2))
                .map(columns -> new Line(columns[0], columns[1]))
                .toList();
    }

    private List<Line> assembled(List<Line> lines, String machine) throws Exception {
        String assembler = machine.equals(OWN_MACHINE) ? "as" : machine + "-linux-gnu-as";
        Path source = folder.resolve("source");
        Files.writeString(
                source, lines.stream().map(Line::instruction).collect(joining("\n", SYNTAX.get(machine), "\n")));
        String object = folder.resolve("object").toString();
        return output(List.of(assembler, "-aln", "--listing-lhs-width=4", "-o", object, source.toString()))
                .lines()
                .map(LISTED::matcher)
                .filter(Matcher::matches)
                .map(listed -> new Line(listed.group(1).replace(" ", "").toLowerCase(Locale.ROOT), listed.group(2)))
                .toList();
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
