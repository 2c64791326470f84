package org.pyexec.sandbox;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.NetworkWorld.REACH;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * Programs with network reach public addresses and nothing else. The supervisor runs on the host of a {@link NetworkWorld}.
 * Needs root, slirp4netns and nft.
 */
class NetworkTest {

    /** The least that each needs. */
    private static final Map<TestSandbox.Identity, String> DEVICE_MODES =
            Map.of(TestSandbox.Identity.OURS, "600", TestSandbox.Identity.ORDINARY_USER, "666");

    private static NetworkWorld world;
    private static final Map<TestSandbox.Identity, TestSandbox> SANDBOXES = new LinkedHashMap<>();

    @BeforeAll
    static void makeTheWorld() throws Exception {
        world = NetworkWorld.make();
        for (Map.Entry<TestSandbox.Identity, String> each : DEVICE_MODES.entrySet()) {
            TestSandbox sandbox = TestSandbox.startBehind(world.host(), each.getKey(), each.getValue());
            SANDBOXES.put(each.getKey(), sandbox.awaitReady());
        }
    }

    @AfterAll
    static void endTheWorld() throws Exception {
        SANDBOXES.values().forEach(TestSandbox::close);
        world.close();
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
                world.withAddress(late, () -> {
                    TestSandbox.Result after = TestSandbox.run(
                            session, program(REACH + "print(reach('%s'), reach('203.0.113.10'))".formatted(late)));

                    assertThat(after.stdout()).isEqualTo("OSError 203.0.113.10\n");
                    assertThat(after.report().blockedHosts()).containsExactly(late + ":80");
                });
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
}
