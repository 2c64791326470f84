package org.pyexec.sandbox;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Programs with network reach public addresses and nothing else. The supervisor runs in a network namespace of its own,
 * behind which another one plays the world; nothing leaves the machine. Needs root, ip-netns(8), slirp4netns and nft.
 */
class NetworkTest {

    private static final String HOST = "pyexec-host-" + ProcessHandle.current().pid();
    private static final String WORLD =
            "pyexec-world-" + ProcessHandle.current().pid();
    private static final Path RESOLVER = Path.of("/etc/netns", HOST, "resolv.conf");

    /** The least that each needs. */
    private static final Map<TestSandbox.Identity, String> DEVICE_MODES =
            Map.of(TestSandbox.Identity.OURS, "600", TestSandbox.Identity.ORDINARY_USER, "666");

    private static final String REACH = """
            import socket
            def reach(address):
                try: return socket.create_connection((address, 80), 10).getpeername()[0]
                except OSError as e: return type(e).__name__
            """;

    private static final List<Process> SERVERS = new ArrayList<>();
    private static final Map<TestSandbox.Identity, TestSandbox> SANDBOXES = new LinkedHashMap<>();

    @BeforeAll
    static void makeTheWorld() throws Exception {
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
            execute(command.formatted(HOST, WORLD));
        }
        Files.createDirectories(RESOLVER.getParent());
        Files.writeString(RESOLVER, "nameserver 203.0.113.10\n");
        serve(HOST);
        serve(WORLD);
        for (Map.Entry<TestSandbox.Identity, String> each : DEVICE_MODES.entrySet()) {
            TestSandbox sandbox = TestSandbox.startBehind(HOST, each.getKey(), each.getValue());
            SANDBOXES.put(each.getKey(), sandbox.awaitReady());
        }
    }

    @AfterAll
    static void endTheWorld() throws Exception {
        SANDBOXES.values().forEach(TestSandbox::close);
        SERVERS.forEach(Process::destroyForcibly);
        execute("ip netns del " + HOST);
        execute("ip netns del " + WORLD);
        Files.deleteIfExists(RESOLVER);
        Files.deleteIfExists(RESOLVER.getParent());
    }

    @TestFactory
    Stream<DynamicContainer> everyNetworkProgramGetsItsVerdict() throws IOException {
        List<ProgramFile> programs = ProgramFile.all().stream()
                .filter(program -> program.group().equals(ProgramFile.NETWORK))
                .toList();
        return SANDBOXES.entrySet().stream()
                .map(entry -> DynamicContainer.dynamicContainer(
                        entry.getKey().name(),
                        programs.stream()
                                .map(program -> DynamicTest.dynamicTest(
                                        program.name(), () -> Verdict.check(entry.getValue(), program)))));
    }

    @Test
    void networkIsReportedBeforeItIsUsed() {
        SANDBOXES
                .values()
                .forEach(sandbox ->
                        assertThat(sandbox.sandbox().status().network()).isTrue());
    }

    @Test
    void programWithoutNetworkReachesNothingOfThis() throws Exception {
        String code = """
                import socket
                try:
                    print(socket.create_connection(("203.0.113.10", 80), 3))
                except OSError as e:
                    print(type(e).__name__)
                """;
        for (TestSandbox sandbox : SANDBOXES.values()) {
            assertThat(sandbox.run(code).stdout()).isEqualTo("OSError\n");
        }
    }

    @Test
    void sessionThatWasOpenedWithNetworkHasIt() throws Exception {
        String code = """
                import socket
                def reach(address):
                    try: return socket.create_connection((address, 80), 3).getpeername()[0]
                    except OSError as e: return type(e).__name__
                """;
        for (TestSandbox sandbox : SANDBOXES.values()) {
            SessionTerms terms = new SessionTerms(true, Limits.OF_THE_SERVER);
            try (SandboxSession session = sandbox.sandbox().openSession(terms)) {
                TestSandbox.Result first = TestSandbox.run(session, program(code + "print(reach('203.0.113.10'))"));
                assertThat(first.stdout()).isEqualTo("203.0.113.10\n");
                TestSandbox.Result second = TestSandbox.run(session, program("print(reach('10.99.0.10'))"));
                assertThat(second.stdout()).doesNotContain("10.99");
                assertThat(second.report().blockedHosts()).anyMatch(host -> host.contains("10.99.0.10"));
                TestSandbox.Result third = TestSandbox.run(session, program("print(reach('203.0.113.10'))"));
                assertThat(third.stdout()).isEqualTo("203.0.113.10\n");
                assertThat(third.report().blockedHosts()).isEmpty();
            }
        }
    }

    @Test
    void sessionFollowsTheAddressesThatTheHostGets() throws Exception {
        String late = "203.0.113.77";
        for (TestSandbox sandbox : SANDBOXES.values()) {
            SessionTerms terms = new SessionTerms(true, Limits.OF_THE_SERVER);
            try (SandboxSession session = sandbox.sandbox().openSession(terms)) {
                TestSandbox.Result before = TestSandbox.run(session, program(REACH + "print(reach('203.0.113.10'))"));
                assertThat(before.stdout()).isEqualTo("203.0.113.10\n");
                execute("ip -n %s addr add %s/24 dev va".formatted(HOST, late));

                TestSandbox.Result after = TestSandbox.run(
                        session, program(REACH + "print(reach('%s'), reach('203.0.113.10'))".formatted(late)));

                assertThat(after.stdout()).isEqualTo("OSError 203.0.113.10\n");
                assertThat(after.report().blockedHosts()).containsExactly(late + ":80");
            } finally {
                execute("ip -n %s addr del %s/24 dev va".formatted(HOST, late));
            }
        }
    }

    @Test
    void sessionWhoseRulesCannotBeRenewedEndsAndSaysWhy() throws Exception {
        Path nft = Files.createTempFile("refuses-to-renew", ".sh");
        nft.toFile().deleteOnExit();
        Files.writeString(nft, """
                #!/bin/sh
                case $* in
                *--file*)
                    rules=$(cat)
                    case $rules in flush*) exit 1 ;; esac
                    echo "$rules" | /usr/sbin/nft "$@" ;;
                *) exec /usr/sbin/nft "$@" ;;
                esac
                """);
        String refusesToRenew = "mount -t tmpfs none /usr/local/sbin && chmod 755 /usr/local/sbin && "
                + "install -m 755 %s /usr/local/sbin/nft".formatted(nft);
        String late = "203.0.113.78";
        try (TestSandbox sandbox = TestSandbox.startBehind(
                        HOST, TestSandbox.Identity.OURS, "600", List.of(), List.of(), refusesToRenew)
                .awaitReady()) {
            SessionTerms terms = new SessionTerms(true, Limits.OF_THE_SERVER);
            try (SandboxSession session = sandbox.sandbox().openSession(terms)) {
                assertThat(TestSandbox.run(session, program("print(1)")).stdout())
                        .isEqualTo("1\n");
                execute("ip -n %s addr replace %s/24 dev va".formatted(HOST, late));

                TestSandbox.Result result = TestSandbox.run(session, program("print('reached')"));

                assertThat(result.stdout()).isEmpty();
                assertThat(result.reason()).isEqualTo("killed");
                assertThat(result.details()).contains("rules of the network");
                assertThat(result.report().session()).isEqualTo(RunReport.Session.ENDED);
                assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
            } finally {
                execute("ip -n %s addr del %s/24 dev va".formatted(HOST, late));
            }
        }
    }

    @Test
    void whatTheOperatorDeniesIsClosedWhateverHeAllows() throws Exception {
        List<String> allowed = List.of("10.99.0.0/24");
        List<String> denied = List.of("203.0.113.10", "10.99.0.10/32");
        TestSandbox.Identity identity = TestSandbox.Identity.ORDINARY_USER;
        try (TestSandbox sandbox = TestSandbox.startBehind(HOST, identity, "666", allowed, denied, ":")
                .awaitReady()) {
            String code = REACH + "print(reach('203.0.113.10'), reach('10.99.0.10'), reach('10.99.0.1'))";

            TestSandbox.Result result = sandbox.run(new Program(code, Duration.ofSeconds(20), true));

            assertThat(result.stdout()).isEqualTo("OSError OSError 10.99.0.1\n");
            assertThat(result.report().blockedHosts()).containsExactly("10.99.0.10:80", "203.0.113.10:80");
        }
    }

    @Test
    void programDoesNotFindInItsMemoryWhatTheOperatorAllowsAndDenies() throws Exception {
        String scanner = ProgramFile.read(ProgramFile.FOLDER.resolve("isolation/server_in_own_memory.py"))
                .code();
        String mine = "(\"sandbox-\", \"-tset\")";
        assertThat(scanner).contains(mine);
        TestSandbox.Identity identity = TestSandbox.Identity.ORDINARY_USER;
        try (TestSandbox sandbox = TestSandbox.startBehind(
                        HOST, identity, "666", List.of("10.77.88.0/24"), List.of("10.55.66.0/24"), ":")
                .awaitReady()) {
            for (String words : List.of("(\"10.77.\", \"88\")", "(\"10.55.\", \"66\")")) {
                String code = scanner.replace(mine, words);

                TestSandbox.Result result = sandbox.run(new Program(code, Duration.ofSeconds(20), true));

                assertThat(result.stdout()).isEqualTo("read True, found []\n");
            }
        }
    }

    /** It parses what programs send, outside of their namespaces. */
    @Test
    void processBehindTheInterfaceHasNoMoreThanItNeeds() throws Exception {
        for (TestSandbox sandbox : SANDBOXES.values()) {
            Program waiting =
                    new Program("import time; print(1, flush=True); time.sleep(60)", Duration.ofSeconds(60), true);
            try (SandboxRun run = sandbox.sandbox().open(waiting)) {
                await().atMost(60, SECONDS).until(() -> slirp(sandbox).isPresent());
                long pid = slirp(sandbox).orElseThrow().pid();

                // It is named by its command once it has taken what is its own.
                assertThat(Files.readString(Path.of("/proc/%d/status".formatted(pid))))
                        .contains("NoNewPrivs:\t1\n");
                assertThat(Files.readString(Path.of("/proc/%d/oom_score_adj".formatted(pid))))
                        .isEqualTo("500\n");
                String[] stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)))
                        .split("\\) ", 2)[1]
                        .split(" ", -1);
                assertThat(stat[16]).as("nice").isEqualTo("5");
                assertThat(stat[3]).as("session").isEqualTo(Long.toString(pid));
                assertThat(Files.readString(Path.of("/proc/%d/limits".formatted(pid))))
                        .containsPattern("Max open files +1024 +1024 ")
                        .containsPattern("Max address space +268435456 +268435456 ");
                await().atMost(60, SECONDS)
                        .until(() -> Files.readString(Path.of("/proc/%d/status".formatted(pid)))
                                .contains("Seccomp:\t2\n"));
                run.cancel();
            }
            await().atMost(60, SECONDS).until(() -> slirp(sandbox).isEmpty());
        }
    }

    private static Optional<ProcessHandle> slirp(TestSandbox sandbox) {
        return supervisor(sandbox)
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("slirp4netns"))
                .findFirst();
    }

    @Test
    void floodOfOneIsNotNoticedByAnother() throws Exception {
        TestSandbox sandbox = requireNonNull(SANDBOXES.get(TestSandbox.Identity.OURS));
        for (String name : List.of("udp_flood.py", "tcp_connections.py")) {
            ProgramFile flood = ProgramFile.read(
                    ProgramFile.FOLDER.resolve(ProgramFile.NETWORK).resolve(name));
            CompletableFuture<TestSandbox.Result> flooding = CompletableFuture.supplyAsync(() -> {
                try {
                    return sandbox.run(flood);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            do {
                TestSandbox.Result victim =
                        sandbox.run(new Program(REACH + "print(reach('203.0.113.10'))", Duration.ofSeconds(30), true));
                assertThat(victim.stdout()).as(victim.details()).isEqualTo("203.0.113.10\n");
            } while (!flooding.isDone());
            assertThat(flooding.get().reason()).isEqualTo("timeout");
            await().atMost(60, SECONDS).until(() -> slirp(sandbox).isEmpty());
        }
    }

    private static Program program(String code) {
        return new Program(code, Duration.ofSeconds(20), false);
    }

    @Test
    void hostWhereNobodyMayMakeInterfacesSaysSoBeforehand() throws Exception {
        try (TestSandbox sandbox = TestSandbox.startBehind(HOST, TestSandbox.Identity.ORDINARY_USER, "600")) {
            assertThat(sandbox.awaitReady().sandbox().status().network()).isFalse();
            assertThatThrownBy(() -> sandbox.run(new Program("print(1)", Duration.ofSeconds(5), true)))
                    .isInstanceOf(SandboxUnavailableException.class)
                    .hasMessageContaining("Network access is not available");
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void operatorMayOpenWhatIsNotPublicByAddressAndByName() throws Exception {
        String code = """
                import socket
                for host, port in (("10.99.0.10", 80), ("169.254.169.254", 80), ("203.0.113.1", 8080)):
                    try:
                        socket.create_connection((host, port), 3)
                        print(host)
                    except OSError:
                        pass
                """;
        TestSandbox.Identity identity = TestSandbox.Identity.ORDINARY_USER;
        try (TestSandbox sandbox = TestSandbox.startBehind(
                        HOST, identity, "666", "169.254.0.0/16", "private.test", "nowhere.test")
                .awaitReady()) {
            // A name allows nothing until it has been looked up.
            await().atMost(60, SECONDS).untilAsserted(() -> {
                TestSandbox.Result result = sandbox.run(new Program(code, Duration.ofSeconds(20), true));
                assertThat(result.stdout()).isEqualTo("10.99.0.10\n169.254.169.254\n");
                assertThat(result.report().blockedHosts()).containsExactly("203.0.113.1:8080");
            });
        }
    }

    private static void serve(String namespace) throws IOException {
        Path script = Files.createTempFile("test_hosts", ".py");
        script.toFile().deleteOnExit();
        try (InputStream in = NetworkTest.class.getResourceAsStream("test_hosts.py")) {
            Files.write(script, requireNonNull(in).readAllBytes());
        }
        Process server = new ProcessBuilder("ip", "netns", "exec", namespace, TestSandbox.PYTHON, script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        SERVERS.add(server);
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
