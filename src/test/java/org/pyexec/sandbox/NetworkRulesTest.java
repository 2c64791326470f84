package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.NetworkWorld.REACH;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The network of programs as the operator and his host let it be: each test has a sandbox of its own. */
class NetworkRulesTest {

    private static NetworkWorld world;

    @BeforeAll
    static void makeTheWorld() throws Exception {
        world = NetworkWorld.make();
    }

    @AfterAll
    static void endTheWorld() throws Exception {
        world.close();
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
                        world.host(), TestSandbox.Identity.OURS, "600", List.of(), List.of(), refusesToRenew)
                .awaitReady()) {
            SessionTerms terms = new SessionTerms(true, Limits.OF_THE_SERVER);
            try (SandboxSession session = sandbox.sandbox().openSession(terms)) {
                assertThat(TestSandbox.run(session, program("print(1)")).stdout())
                        .isEqualTo("1\n");
                world.withAddress(late, () -> {
                    TestSandbox.Result result = TestSandbox.run(session, program("print('reached')"));

                    assertThat(result.stdout()).isEmpty();
                    assertThat(result.reason()).isEqualTo("killed");
                    assertThat(result.details()).contains("rules of the network");
                    assertThat(result.report().session()).isEqualTo(RunReport.Session.ENDED);
                    assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
                });
            }
        }
    }

    @Test
    void whatTheOperatorDeniesIsClosedWhateverHeAllows() throws Exception {
        List<String> allowed = List.of("10.99.0.0/24");
        List<String> denied = List.of("203.0.113.10", "10.99.0.10/32");
        TestSandbox.Identity identity = TestSandbox.Identity.ORDINARY_USER;
        try (TestSandbox sandbox = TestSandbox.startBehind(world.host(), identity, "666", allowed, denied, ":")
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
                        world.host(), identity, "666", List.of("10.77.88.0/24"), List.of("10.55.66.0/24"), ":")
                .awaitReady()) {
            for (String words : List.of("(\"10.77.\", \"88\")", "(\"10.55.\", \"66\")")) {
                String code = scanner.replace(mine, words);

                TestSandbox.Result result = sandbox.run(new Program(code, Duration.ofSeconds(20), true));

                assertThat(result.stdout()).isEqualTo("read True, found []\n");
            }
        }
    }

    @Test
    void hostWhereNobodyMayMakeInterfacesSaysSoBeforehand() throws Exception {
        try (TestSandbox sandbox = TestSandbox.startBehind(world.host(), TestSandbox.Identity.ORDINARY_USER, "600")) {
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
                        world.host(), identity, "666", "169.254.0.0/16", "private.test", "nowhere.test")
                .awaitReady()) {
            // A name allows nothing until it has been looked up.
            await().atMost(60, SECONDS).untilAsserted(() -> {
                TestSandbox.Result result = sandbox.run(new Program(code, Duration.ofSeconds(20), true));
                assertThat(result.stdout()).isEqualTo("10.99.0.10\n169.254.169.254\n");
                assertThat(result.report().blockedHosts()).containsExactly("203.0.113.1:8080");
            });
        }
    }

    private static Program program(String code) {
        return new Program(code, Duration.ofSeconds(20), false);
    }
}
