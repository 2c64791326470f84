package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs see the host's own files, so their locks are seen by others: docs/threat-model.md. They hold nobody else's
 * program up, and are gone with their run.
 */
class LocksTest extends OnEveryTier {

    private static final String LOCK = """
            import fcntl
            file = open('/usr/bin/env')
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                print('locked')
            except BlockingIOError:
                print('busy')
            """;

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void locksOnTheSystemsFilesAreGoneWithTheirRun(TestSandbox sandbox) throws Exception {
        try (SandboxSession holder = SessionRuns.open(sandbox);
                SandboxSession victim = SessionRuns.open(sandbox)) {
            TestSandbox.Result held = run(holder, LOCK);
            assertOpen(held);
            assertThat(held.stdout()).isEqualTo("locked\n");
            assertThat(run(victim, LOCK).stdout()).isEqualTo("busy\n");
            assertThat(run(victim, "import subprocess, sqlite3, ctypes\nprint('fine')")
                            .stdout())
                    .isEqualTo("fine\n");
            assertGoesOn(victim);
        }
        await().atMost(60, SECONDS)
                .untilAsserted(() -> assertThat(sandbox.run(LOCK).stdout()).isEqualTo("locked\n"));
    }
}
