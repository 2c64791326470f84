package org.pyexec.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short run of the soak test, {@code bench/soak.sh}: clients of every kind at once; nothing is lost or left behind. */
@Order(6) // waits for long
@Tag("slow")
@Tag("engine")
class SoakIT {

    @Test
    void clientsOfEveryKindLosesNoAnswerAndLeavesNothing() throws Exception {
        Path report = BenchScript.target("it-logs/soak.md");
        System.out.println(BenchScript.run("soak", BenchScript.isLong() ? "1" : "0.25", report.toString()));
        assertThat(report).content(StandardCharsets.UTF_8).contains("**Passed.**");
    }
}
