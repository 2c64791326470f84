package org.pyexec.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.pyexec.support.Ports;

/** The operating system's process of one {@link Server}: its environment, its output, and its end. */
final class ServerProcess {

    private static final List<String> INHERITED = List.of("PATH", "HOME", "JAVA_HOME", "LANG");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Process process;
    private final Map<String, String> environment;
    private final Path log;

    private ServerProcess(Process process, Map<String, String> environment, Path log) {
        this.process = process;
        this.environment = environment;
        this.log = log;
    }

    /** Starts a command in the project's folder; its environment is these settings and little else. */
    static ServerProcess launch(List<String> command, Map<String, String> settings) {
        Map<String, String> environment = environment(settings);
        Path log = Server.PROJECT
                .resolve("target/it-logs")
                .resolve("server-%d-%d.log".formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet()));
        ProcessBuilder builder = new ProcessBuilder(command).directory(Server.PROJECT.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(Objects.requireNonNull(log.getParent()));
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new ServerProcess(process, environment, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> environment(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String name : INHERITED) {
            String value = System.getenv(name);
            if (value != null) {
                all.put(name, value);
            }
        }
        all.put("PYTHON", "/usr/bin/python3");
        all.putAll(settings);
        all.computeIfAbsent("PORT", name -> Integer.toString(Ports.lend()));
        all.computeIfAbsent("STORAGE_DIR", name -> Server.temporaryFolder().toString());
        return all;
    }

    String port() {
        return Objects.requireNonNull(environment.get("PORT"));
    }

    Path storage() {
        return Path.of(environment.getOrDefault("STORAGE_DIR", "."));
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Of a process that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    Path logFile() {
        return log;
    }

    /** Everything that the process has printed until now. */
    String log() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends SIGTERM; returns at once. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new AssertionError("survived SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Sends SIGTERM, and SIGKILL if that does not end it in time; waits for the end. */
    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
