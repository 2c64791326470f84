package org.pyexec.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short run of the benchmark, {@code bench/run.sh}: all contestants answer correctly, and all results are reported. */
@Tag("slow")
@Tag("payara-micro")
class BenchIT {

    @Test
    void shortBenchmarkMeasuresEveryContestantAndFindsNoWrongAnswer() throws Exception {
        String effort = BenchScript.isLong() ? "quick" : "smoke";
        Path file = BenchScript.target("bench/" + effort + ".md");
        Files.deleteIfExists(file);
        BenchScript.run("run", effort);

        String report = BenchScript.read(file);
        System.out.println(report);
        assertThat(report.lines())
                .contains("| wrong answers, all of them | 0 | ≤ 0 | yes |")
                .areAtLeastOne(row("print", "bare"))
                .areAtLeastOne(row("print", "bubblewrap"))
                .areAtLeastOne(row("print", "plain"))
                .areAtLeastOne(row("print", "ours"))
                .areAtLeastOne(row("first output", "ours"))
                .areAtLeastOne(row("in a session", "ours"))
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
}
