package org.pyexec.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pyexec.support.ServerStarts;

/** Runs the scripts of {@code bench} on the jar that has been built. */
final class BenchScript {

    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final long PATIENCE_MINUTES = 15;

    private BenchScript() {}

    /** Whether the tests may take longer: {@code ./test.sh --long}. */
    static boolean isLong() {
        return Boolean.getBoolean("pyexec.long");
    }

    /** A path below {@code target}, whose folder is there. */
    static Path target(String path) throws IOException {
        Path file = PROJECT.resolve("target").resolve(path);
        Files.createDirectories(file.getParent());
        return file;
    }

    /** Runs {@code bench/<name>.sh --built <arguments>} to its end, which must be a good one; returns what it said. */
    static String run(String name, String... arguments) throws Exception {
        Path log = target("it-logs/" + name + ".log");
        List<String> command =
                new ArrayList<>(List.of(PROJECT.resolve("bench/" + name + ".sh").toString(), "--built"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("SERVER", System.getProperty("pyexec.server", "payara-micro"));
        long began = System.nanoTime();
        Process script = builder.start();
        try {
            assertThat(script.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                    .as("end of bench/%s.sh: %s", name, read(log))
                    .isTrue();
        } finally {
            script.destroy(); // it ends its servers when it is asked to end
        }
        String said = read(log);
        assertThat(script.exitValue()).as(said).isZero();
        ServerStarts.note(
                ServerStarts.Result.STARTED, Duration.ofNanos(System.nanoTime() - began), "bench/" + name + ".sh");
        return said;
    }

    static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
