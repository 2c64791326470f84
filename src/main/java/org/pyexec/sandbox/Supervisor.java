package org.pyexec.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The supervisor's process. It ends when its standard input is closed, and so it ends with this JVM. */
final class Supervisor implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 5;
    private static final List<String> KEPT_ENVIRONMENT = List.of("PATH", "LD_LIBRARY_PATH");

    private final Process process;

    private Supervisor(Process process) {
        this.process = process;
    }

    static Supervisor start(List<String> launcher, Interpreter python, PythonRuntime runtime, SandboxSettings settings)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(command(python, runtime, settings));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(KEPT_ENVIRONMENT); // the server's secrets are none of its business
        environment.put("MALLOC_ARENA_MAX", "2"); // or each of its threads would reserve 64 MB of addresses; mallopt(3)
        builder.directory(runtime.folder().toFile());
        builder.redirectErrorStream(true);
        return new Supervisor(builder.start());
    }

    private static List<String> command(Interpreter python, PythonRuntime runtime, SandboxSettings settings) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(python.executable(), "-I", "-S", "-B", runtime.main().toString(), "supervisor"));
        command.addAll(List.of(
                "folder=" + runtime.folder(),
                "tier=" + settings.tier(),
                "preload=" + String.join(",", settings.preload()),
                "preload-learn=" + (settings.learns() ? "on" : "off"),
                "memory-mb=" + settings.memoryMb(),
                "processes=" + settings.processes(),
                "disk-mb=" + settings.diskMb(),
                "output-bytes=" + settings.outputMaxBytes(),
                "network-allow=" + String.join(",", settings.networkAllow()),
                "network-deny=" + String.join(",", settings.networkDeny())));
        return command;
    }

    /** Hands on what the supervisor says, line by line, until it has ended. */
    void listen(Consumer<String> line) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            Optional<String> next = Optional.ofNullable(reader.readLine());
            while (next.isPresent()) {
                line.accept(next.get());
                next = Optional.ofNullable(reader.readLine());
            }
        }
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as {@code kill -9} does; the kernel ends what it had started. Returns at once. */
    void kill() {
        process.destroyForcibly();
    }

    /** Ends it with everything that it started; returns when it is gone. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
