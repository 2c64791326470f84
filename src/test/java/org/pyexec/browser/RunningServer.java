package org.pyexec.browser;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The server whose page is looked at: the one of the system property {@code pyexec.baseUrl}, else a child process
 * started by {@code server-config/<pyexec.server>/start.sh}.
 */
final class RunningServer implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);

    private final URI page;
    private final Optional<Process> process;

    private RunningServer(URI page, Optional<Process> process) {
        this.page = page;
        this.process = process;
    }

    /** Returns when the server is ready to run programs. */
    static RunningServer start(Path storage) throws IOException {
        String given = System.getProperty("pyexec.baseUrl", "");
        if (!given.isBlank()) {
            return new RunningServer(URI.create(given.endsWith("/") ? given : given + "/"), Optional.empty());
        }
        int port = freePort();
        RunningServer server = new RunningServer(
                URI.create("http://127.0.0.1:%d/".formatted(port)), Optional.of(launch(port, storage)));
        try {
            await().atMost(START)
                    .failFast("the server ended", () -> !server.isAlive())
                    .until(server::isReady);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** The address of the page, with a slash at its end. */
    URI page() {
        return page;
    }

    @Override
    public void close() {
        process.ifPresent(child -> {
            child.destroy();
            try {
                if (!child.waitFor(20, TimeUnit.SECONDS)) {
                    child.destroyForcibly();
                }
            } catch (InterruptedException e) {
                child.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
    }

    private static Process launch(int port, Path storage) throws IOException {
        Path project =
                Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
        Path script = project.resolve("server-config")
                .resolve(System.getProperty("pyexec.server", "payara-micro"))
                .resolve("start.sh");
        File log = project.resolve("target/browser-server.log").toFile();
        ProcessBuilder builder = new ProcessBuilder(script.toString()).directory(project.toFile());
        builder.environment()
                .putAll(Map.of(
                        "PORT", Integer.toString(port),
                        "STORAGE_DIR", storage.toString(),
                        "RATE_LIMIT_MAX", "0"));
        return builder.redirectErrorStream(true).redirectOutput(log).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean isAlive() {
        return process.map(Process::isAlive).orElse(true);
    }

    private boolean isReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(page.resolve("health/ready"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
