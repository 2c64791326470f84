package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One minute of the long run, {@code bench/soak.sh}: clients of every kind at once, and nothing lost or left. */
class SoakIT {

    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final long PATIENCE_MINUTES = 15;

    @Test
    void minuteOfClientsOfEveryKindLosesNoAnswerAndLeavesNothing() throws Exception {
        Path report = Files.createDirectories(PROJECT.resolve("target/it-logs")).resolve("soak.md");
        Path log = report.resolveSibling("soak.log");
        ProcessBuilder command = new ProcessBuilder(
                        PROJECT.resolve("bench/soak.sh").toString(), "--built", "1", report.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        command.environment().put("SERVER", System.getProperty("pyexec.server", "payara-micro"));
        Process soak = command.start();
        try {
            assertThat(soak.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                    .as("end of the long run: %s", read(log))
                    .isTrue();
        } finally {
            soak.destroy(); // it ends its server when it is asked to end
        }
        String said = read(log);
        System.out.println(said);
        assertThat(soak.exitValue()).as(said).isZero();
        assertThat(report).content(StandardCharsets.UTF_8).contains("**Passed.**");
    }

    private static String read(Path file) throws Exception {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
