package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real sandbox for tests, with the identity under which its supervisor runs. */
final class TestSandbox implements AutoCloseable {

    /** Who starts the supervisor. A root server and an ordinary user's take different ways into the sandbox. */
    enum Identity {
        OURS,
        ORDINARY_USER;

        private static final String BECOME =
                "u=%1$d && chown -R $u:$u . && exec setpriv --reuid $u --regid $u --clear-groups \"$@\"";

        /** Without root there is only one identity to test. */
        static List<Identity> possible() throws IOException {
            boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
            return root ? List.of(OURS, ORDINARY_USER) : List.of(OURS);
        }

        private List<String> launcher() {
            return this == OURS
                    ? List.of()
                    : List.of("/bin/sh", "-c", BECOME.formatted(NEXT_USER.getAndIncrement()), "sh");
        }
    }

    /** Each ordinary user's sandbox has a user of its own, so that they share no limits that the kernel counts by user. */
    private static final AtomicInteger NEXT_USER =
            new AtomicInteger(100_000 + 100 * (int) (ProcessHandle.current().pid() % 1000));

    private static final List<String> LIBRARIES = List.of("numpy", "pandas", "matplotlib.pyplot");
    static final String PYTHON = "/usr/bin/python3";

    private final ExecutorService background = Executors.newCachedThreadPool();
    private final Path directory;
    private final ForkServerSandbox sandbox;

    private TestSandbox(Path directory, SandboxSettings settings, List<String> launcher) {
        this.directory = directory;
        this.sandbox = ForkServerSandbox.start(settings, background, launcher);
    }

    static final List<String> TIERS = List.of("namespaces", "landlock");

    static TestSandbox start(Identity identity) throws IOException {
        return start(identity, "auto", PYTHON);
    }

    /** As servers have it. Importing takes a second of processor time, so others go without. */
    static TestSandbox startWithLibraries(Identity identity, String tier) throws IOException {
        return start(identity.launcher(), tier, PYTHON, LIBRARIES);
    }

    static TestSandbox start(Identity identity, String tier, String python) throws IOException {
        return start(identity.launcher(), tier, python);
    }

    /** With one more argument of the supervisor, name=value. */
    static TestSandbox startWith(String option, Identity identity, String tier) throws IOException {
        return start(withOption(option, identity.launcher()), tier, PYTHON, List.of());
    }

    /**
     * With the supervisor in another network namespace, as ip-netns(8) knows it, on a host whose device for interfaces has
     * these permissions: everybody may open it on most systems, only root on some.
     */
    static TestSandbox startBehind(
            String networkNamespace, Identity identity, String deviceMode, String... networkAllow) throws IOException {
        return startBehind(networkNamespace, identity, deviceMode, List.of(networkAllow), List.of(), ":");
    }

    /** With a shell's command that changes something of this host before, seen by this sandbox alone. */
    static TestSandbox startBehind(
            String networkNamespace,
            Identity identity,
            String deviceMode,
            List<String> networkAllow,
            List<String> networkDeny,
            String change)
            throws IOException {
        String device =
                "mount -t tmpfs none /dev/net && mknod /dev/net/tun c 10 200 && chmod %s /dev/net/tun && %s && exec \"$@\"";
        List<String> launcher = new ArrayList<>(List.of("ip", "netns", "exec", networkNamespace));
        launcher.addAll(List.of("/bin/sh", "-c", device.formatted(deviceMode, change), "sh"));
        launcher.addAll(identity.launcher());
        return start(launcher, "namespaces", PYTHON, List.of(), networkAllow, networkDeny, 64);
    }

    static TestSandbox start(List<String> launcher, String tier, String python) throws IOException {
        return start(launcher, tier, python, List.of());
    }

    static TestSandbox start(List<String> launcher, String tier, String python, List<String> preload)
            throws IOException {
        return start(launcher, tier, python, preload, List.of(), List.of(), 64);
    }

    /** Where programs may write so much. */
    static TestSandbox startWithDisk(String tier, int diskMb) throws IOException {
        return start(List.of(), tier, PYTHON, List.of(), List.of(), List.of(), diskMb);
    }

    private static TestSandbox start(
            List<String> launcher,
            String tier,
            String python,
            List<String> preload,
            List<String> networkAllow,
            List<String> networkDeny,
            int diskMb)
            throws IOException {
        Path directory = Files.createTempDirectory("sandbox-test-");
        directory.toFile().deleteOnExit(); // it is empty by then, or a test has failed
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        SandboxSettings settings = new SandboxSettings(
                Optional.of(python),
                preload,
                true,
                tier,
                directory,
                512,
                64,
                diskMb,
                1 << 20,
                networkAllow,
                networkDeny);
        // The programs of one server weigh as much as one session; here are many, beside compilers and other JVMs.
        return new TestSandbox(directory, settings, withOption("weight=4", launcher));
    }

    private static List<String> withOption(String option, List<String> launcher) {
        List<String> all = new ArrayList<>(launcher);
        all.addAll(List.of("/bin/sh", "-c", "exec \"$@\" " + option, "sh"));
        return all;
    }

    ForkServerSandbox sandbox() {
        return sandbox;
    }

    Path directory() {
        return directory;
    }

    TestSandbox awaitReady() {
        await().atMost(60, SECONDS).until(() -> sandbox.status().ready());
        return this;
    }

    Result run(String code) throws IOException, SandboxUnavailableException, InputGoneException {
        return run(code, Duration.ofSeconds(20));
    }

    Result run(String code, Duration timeout) throws IOException, SandboxUnavailableException, InputGoneException {
        return run(new Program(code, timeout, false));
    }

    Result run(ProgramFile file) throws IOException, SandboxUnavailableException, InputGoneException {
        return run(new Program(file.code(), file.timeout(), file.group().equals(ProgramFile.NETWORK)));
    }

    Result run(Program program) throws IOException, SandboxUnavailableException, InputGoneException {
        Recorder recorder = new Recorder();
        long began = System.nanoTime();
        try (SandboxRun run = sandbox.open(program)) {
            RunReport report = run.await(recorder);
            return new Result(report, recorder, Duration.ofNanos(System.nanoTime() - began));
        }
    }

    /** Runs it on another thread, for a minute at most. */
    CompletableFuture<Result> runLater(String code) {
        return runLater(code, Duration.ofSeconds(60));
    }

    CompletableFuture<Result> runLater(String code, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return run(code, timeout);
            } catch (IOException | SandboxUnavailableException | InputGoneException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Runs the next program of a session. */
    static Result run(SandboxSession session, Program program) throws Exception {
        Recorder recorder = new Recorder();
        try (SandboxRun run = session.run(program)) {
            RunReport report = run.await(recorder);
            run.awaitGone();
            return new Result(report, recorder, Duration.ZERO);
        }
    }

    @Override
    public void close() {
        sandbox.close();
        background.shutdownNow();
    }

    /** What came of one program. */
    record Result(RunReport report, Recorder recorder, Duration took) {

        String reason() {
            return report.termination().reason().word();
        }

        String details() {
            return report.termination().details();
        }

        String stdout() {
            return recorder.stdout.toString(StandardCharsets.UTF_8);
        }

        String stderr() {
            return recorder.stderr.toString(StandardCharsets.UTF_8);
        }

        Map<String, byte[]> files() {
            return recorder.files;
        }
    }
}
