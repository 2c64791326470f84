package org.pyexec.sandbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A host in a network namespace of its own, and another namespace behind it that plays the world; nothing leaves the machine.
 * The world has 203.0.113.10 and, not public, 10.99.0.10 and 169.254.169.254. Needs root and ip-netns(8).
 */
final class NetworkWorld implements AutoCloseable {

    /** Of a program: reach(address) is the address, or the name of an error. */
    static final String REACH = """
            import socket
            def reach(address):
                try: return socket.create_connection((address, 80), 10).getpeername()[0]
                except OSError as e: return type(e).__name__
            """;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String number = ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final String host = "pyexec-host-" + number;
    private final String world = "pyexec-world-" + number;
    private final Path resolver = Path.of("/etc/netns", host, "resolv.conf");
    private final List<Process> servers = new ArrayList<>();

    private NetworkWorld() {}

    static NetworkWorld make() throws IOException, InterruptedException {
        NetworkWorld made = new NetworkWorld();
        for (String command : List.of(
                "ip netns add %1$s",
                "ip netns add %2$s",
                "ip link add va netns %1$s type veth peer name vb netns %2$s",
                "ip -n %1$s addr add 203.0.113.1/24 dev va",
                "ip -n %1$s addr add 10.99.0.1/24 dev va",
                "ip -n %2$s addr add 203.0.113.10/24 dev vb",
                "ip -n %2$s addr add 10.99.0.10/24 dev vb",
                "ip -n %2$s addr add 169.254.169.254/32 dev vb",
                "ip -n %1$s link set va up",
                "ip -n %2$s link set vb up",
                "ip -n %1$s link set lo up",
                "ip -n %2$s link set lo up",
                "ip -n %1$s route add default via 203.0.113.10")) {
            execute(command.formatted(made.host, made.world));
        }
        Files.createDirectories(made.resolver.getParent());
        Files.writeString(made.resolver, "nameserver 203.0.113.10\n");
        made.serve(made.host);
        made.serve(made.world);
        return made;
    }

    /** The host's network namespace. */
    String host() {
        return host;
    }

    /** The host has this address for as long as the action takes. */
    void withAddress(String address, Action action) throws Exception {
        execute("ip -n %s addr add %s/24 dev va".formatted(host, address));
        try {
            action.run();
        } finally {
            execute("ip -n %s addr del %s/24 dev va".formatted(host, address));
        }
    }

    /** What happens meanwhile. */
    interface Action {
        void run() throws Exception;
    }

    @Override
    public void close() throws IOException {
        servers.forEach(Process::destroyForcibly);
        try {
            execute("ip netns del " + host);
            execute("ip netns del " + world);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(resolver);
        Files.deleteIfExists(requireNonNull(resolver.getParent()));
    }

    private void serve(String namespace) throws IOException {
        Path script = Files.createTempFile("test_hosts", ".py");
        script.toFile().deleteOnExit();
        try (InputStream in = NetworkWorld.class.getResourceAsStream("test_hosts.py")) {
            Files.write(script, requireNonNull(in).readAllBytes());
        }
        Process server = new ProcessBuilder("ip", "netns", "exec", namespace, TestSandbox.PYTHON, script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        servers.add(server);
        assertThat(new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))
                        .readLine())
                .isEqualTo("ready");
    }

    private static void execute(String command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + output).isZero();
    }
}
