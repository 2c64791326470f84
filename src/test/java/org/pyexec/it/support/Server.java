package org.pyexec.it.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.pyexec.support.ServerStarts;

/**
 * One instance of the server under test, a child process of the tests.
 *
 * <p>It is started by {@code server-config/<name>/start.sh}, which stays in the foreground; the name comes from the
 * system property {@code pyexec.server}. Its output goes to {@code target/it-logs}.
 */
public final class Server implements AutoCloseable {

    static final Path PROJECT =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final Duration START = Duration.ofMinutes(5);
    private static final int ATTEMPTS = 3;
    /** A start keeps a processor busy; more starts at once would only delay all of them. */
    private static final Semaphore STARTING = new Semaphore(2, true);

    private final ServerProcess process;
    private final List<String> command;
    private final Map<String, String> settings;
    private final boolean ownsStorage;
    private final List<Path> folders = new CopyOnWriteArrayList<>();
    private final List<Answer> strangers = new CopyOnWriteArrayList<>();

    private Server(List<String> command, Map<String, String> settings) {
        this.command = List.copyOf(command);
        this.settings = Map.copyOf(settings);
        this.ownsStorage = !settings.containsKey("STORAGE_DIR");
        this.process = ServerProcess.launch(command, settings);
    }

    /** The end of a server that refused to start. */
    public record Refusal(int exitCode, String log) {}

    /** Starts an instance with these settings and the defaults of the tests; returns when it is ready. */
    static Server start(Map<String, String> settings) {
        return startBy(List.of(startScript()), settings);
    }

    /** Starts one at once, however many others are starting: for tests that measure the time between two servers. */
    public static Server startAgain(Map<String, String> settings) {
        return startedUntil("/health/ready", List.of(startScript()), settings);
    }

    /** Starts one by a launcher, which prepares something and then executes its last arguments in its own process. */
    static Server startBehind(List<String> launcher, Map<String, String> settings) {
        return startBy(
                Stream.concat(launcher.stream(), Stream.of(startScript())).toList(), settings);
    }

    /** Starts one by another command, which gets its port in the variable {@code PORT}. */
    static Server startBy(List<String> command, Map<String, String> settings) {
        return startUntil("/health/ready", command, settings);
    }

    /** Starts an instance that need not become ready; returns when it is alive. */
    public static Server startAlive(Map<String, String> settings) {
        return startUntil("/health/live", List.of(startScript()), settings);
    }

    /** Starts an instance that is expected to end by itself, and waits for its end. */
    public static Refusal startRefused(Map<String, String> settings) {
        try (Server server = new Server(List.of(startScript()), settings)) {
            long began = System.nanoTime();
            try {
                await().atMost(START).until(() -> !server.process.isAlive() || server.answers("/health/live"));
            } catch (ConditionTimeoutException stillThere) {
                throw new AssertionError("neither ended nor answered:\n" + server.log(), stillThere);
            }
            if (server.process.isAlive()) {
                throw new AssertionError("started with " + settings);
            }
            server.note(ServerStarts.Result.REFUSED, began);
            return new Refusal(server.process.exitCode(), server.log());
        }
    }

    /** The name of the server under test, which is that of a folder in {@code server-config}. */
    static String name() {
        return System.getProperty("pyexec.server", "payara-micro");
    }

    private static String startScript() {
        return PROJECT.resolve("server-config/" + name() + "/start.sh").toString();
    }

    /** A new folder below the system's temporary one. */
    public static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("executor-it-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a folder with its contents; files that vanish meanwhile are no error. */
    public static void deleteFolder(Path folder) {
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(Server.class.getName()).log(System.Logger.Level.INFO, "left over: {0}", e);
        }
    }

    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    public Http http() {
        return new Http(baseUrl());
    }

    List<String> command() {
        return command;
    }

    /** Answers during the start that did not come from the application: they have no request id. */
    public List<Answer> strangers() {
        return List.copyOf(strangers);
    }

    /** Removes this folder too when the server is closed. */
    void deleteOnClose(Path folder) {
        folders.add(folder);
    }

    public Path storage() {
        return process.storage();
    }

    /** The storage folder as the server's process sees it, with what is mounted there in its namespace. */
    public Path storageInside() {
        return Path.of("/proc/" + process.handle().pid() + "/root" + storage());
    }

    public ProcessHandle process() {
        return process.handle();
    }

    /** Of a process that has ended. */
    public int exitCode() {
        return process.exitCode();
    }

    /** Everything that the instance has printed until now. */
    public String log() {
        return process.log();
    }

    /** Sends SIGTERM; returns at once. */
    public void terminate() {
        process.terminate();
    }

    /** Sends SIGKILL, and waits for the end. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.stop();
        if (ownsStorage) {
            deleteFolder(storage());
        }
        folders.forEach(Server::deleteFolder);
    }

    /** Tries again if the start fails, for example because the port has been taken; repeated starts are reported. */
    private static Server startUntil(String probe, List<String> command, Map<String, String> settings) {
        STARTING.acquireUninterruptibly();
        try {
            return startedUntil(probe, command, settings);
        } finally {
            STARTING.release();
        }
    }

    private static Server startedUntil(String probe, List<String> command, Map<String, String> settings) {
        for (int attempt = 1; ; attempt++) {
            Server server = new Server(command, settings);
            long began = System.nanoTime();
            try {
                server.awaitAnswer("/health/live");
                server.awaitAnswer(probe);
                server.note(ServerStarts.Result.STARTED, began);
                return server;
            } catch (AssertionError e) {
                server.close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                server.note(ServerStarts.Result.REPEATED, began);
                System.err.println("A server did not start, attempt " + attempt + " of " + ATTEMPTS + ": " + e);
            }
        }
    }

    private void awaitAnswer(String probe) {
        try {
            await().atMost(START).until(() -> !process.isAlive() || answers(probe));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no 200 from " + probe + ":\n" + log(), e);
        }
        if (!process.isAlive()) {
            throw new AssertionError("ended with " + process.exitCode() + ":\n" + log());
        }
    }

    private void note(ServerStarts.Result result, long began) {
        ServerStarts.note(
                result,
                Duration.ofNanos(System.nanoTime() - began),
                process.logFile().getFileName() + " " + settings);
    }

    private boolean answers(String probe) {
        try {
            Answer answer = http().get(probe);
            if (answer.header("X-Request-ID").isEmpty()) {
                strangers.add(answer);
            }
            return answer.status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }
}
