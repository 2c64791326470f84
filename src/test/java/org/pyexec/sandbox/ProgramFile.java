package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program with its expected verdict in the comment lines at its top, such as {@code # reason: timeout}.
 *
 * <p>Keys: {@code reason} (always there; {@code a or b} where control groups decide), {@code exit}, {@code signal}, {@code stdout} (exact, without the last line
 * break), {@code stdout-has}, {@code stderr-has}, {@code details-has}, {@code files} and {@code skipped} (exact names,
 * separated by spaces), {@code timeout} (seconds), {@code blocked} (exact targets), {@code tiers} (where the verdict differs: those for which it holds).
 */
record ProgramFile(Path path, String code, Map<String, String> verdict) {

    static final Path FOLDER = Path.of("src/test/programs");
    /** More than any program that ends by itself needs on a machine that is busy with other things. */
    private static final String USUAL_TIMEOUT = "60";

    private static final List<String> KEYS = List.of(
            "reason",
            "exit",
            "signal",
            "stdout",
            "stdout-has",
            "stderr-has",
            "details-has",
            "files",
            "skipped",
            "timeout",
            "tiers",
            "blocked");

    /** Those of the group {@value #NETWORK} need hosts to talk to. */
    static final String NETWORK = "network";

    static List<ProgramFile> all() throws IOException {
        try (Stream<Path> paths = Files.walk(FOLDER)) {
            return paths.filter(path -> path.toString().endsWith(".py"))
                    .sorted()
                    .map(ProgramFile::read)
                    .toList();
        }
    }

    static ProgramFile read(Path path) {
        try {
            String code = Files.readString(path);
            return new ProgramFile(path, code, verdict(path, code));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> verdict(Path path, String code) {
        Map<String, String> verdict = new LinkedHashMap<>();
        for (String line : code.lines().takeWhile(each -> each.startsWith("# ")).toList()) {
            int colon = line.indexOf(": ");
            String key = colon < 0 ? line : line.substring(2, colon);
            if (KEYS.contains(key)) {
                verdict.put(key, line.substring(colon + 2));
            }
        }
        if (!verdict.containsKey("reason")) {
            throw new IllegalArgumentException(path + " has no verdict");
        }
        return verdict;
    }

    boolean appliesTo(String tier) {
        return List.of(verdict.getOrDefault("tiers", tier).split(" ")).contains(tier);
    }

    String group() {
        return FOLDER.relativize(path).getName(0).toString();
    }

    String name() {
        return FOLDER.relativize(path).toString();
    }

    Optional<String> expected(String key) {
        return Optional.ofNullable(verdict.get(key));
    }

    Duration timeout() {
        return Duration.ofMillis((long) (1000 * Double.parseDouble(verdict.getOrDefault("timeout", USUAL_TIMEOUT))));
    }
}
