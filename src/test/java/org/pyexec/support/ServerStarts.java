package org.pyexec.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** The file {@code target/it-logs/server-starts.txt}, a line for each server that the tests start; {@code test.sh} counts them. */
public final class ServerStarts {

    /** What became of a start. */
    public enum Result {
        STARTED,
        /** It ended before it was ready, and another attempt follows. */
        REPEATED,
        /** A setting was wrong, and no server began. */
        REFUSED
    }

    private static final Path FILE =
            Path.of(System.getProperty("basedir", "."), "target", "it-logs", "server-starts.txt");

    private ServerStarts() {}

    /** Adds a line; {@code purpose} says in a few words what the server is for. */
    public static synchronized void note(Result result, Duration took, String purpose) {
        String server = System.getProperty("pyexec.server", "payara-micro");
        String line = "%s\t%s\t%d\t%s%n".formatted(server, result, took.toMillis(), purpose);
        try {
            Files.createDirectories(FILE.toAbsolutePath().getParent());
            Files.writeString(FILE, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
