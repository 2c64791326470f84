package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The benchmark, {@code bench/run.sh}, in short: all contestants answer rightly, and all is measured and reported. */
@Tag("payara-micro")
class BenchIT {

    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final Path REPORT = PROJECT.resolve("target/bench/quick.md");
    private static final long PATIENCE_MINUTES = 15;

    @Test
    void shortBenchmarkMeasuresEveryContestantAndFindsNoWrongAnswer() throws Exception {
        Files.deleteIfExists(REPORT);
        Path log = Files.createDirectories(PROJECT.resolve("target/it-logs")).resolve("bench.log");
        Process bench = new ProcessBuilder(PROJECT.resolve("bench/run.sh").toString(), "--built", "quick")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(bench.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                    .as("end of the benchmark: %s", read(log))
                    .isTrue();
        } finally {
            bench.destroy(); // it ends its servers when it is asked to end
        }
        assertThat(bench.exitValue()).as(read(log)).isZero();

        String report = read(REPORT);
        System.out.println(report);
        assertThat(report.lines())
                .contains("| wrong answers, all of them | 0 | ≤ 0 | yes |")
                .areAtLeastOne(row("print", "bare"))
                .areAtLeastOne(row("print", "bubblewrap"))
                .areAtLeastOne(row("print", "plain"))
                .areAtLeastOne(row("print", "ours"))
                .areAtLeastOne(row("numpy and pandas", "ours"))
                .areAtLeastOne(row("figure, file fetched", "ours"))
                .areAtLeastOne(row("5 MB file, file fetched", "ours"))
                .areAtLeastOne(row("upload, file fetched", "ours"))
                .areAtLeastOne(row("print", "50", "ours"))
                .areAtLeastOne(row("numpy and pandas", "4", "ours"));
    }

    /** A line of a table that begins with these cells. */
    private static Condition<String> row(String... cells) {
        String start = "| " + String.join(" | ", cells) + " | ";
        return new Condition<>(line -> line.startsWith(start), "a row %s", start);
    }

    private static String read(Path file) throws Exception {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
