package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancelTest {

    /** Cancels the run as soon as it has said something. */
    private record Canceller(SandboxRun run, StringBuilder said, StringBuilder files) implements RunListener {

        @Override
        public void stdout(byte[] bytes) {
            said.append(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            run.cancel();
            run.cancel();
        }

        @Override
        public void stderr(byte[] bytes) {}

        @Override
        public void file(String filename, long size, InputStream content) {
            files.append(filename);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void cancelledProgramEndsWithWhatItHasDoneUntilThen(String tier) throws Exception {
        String stubborn = """
                import signal, time
                for number in range(1, 32):
                    try: signal.signal(number, signal.SIG_IGN)
                    except OSError: pass
                open("a.txt", "w").write("A")
                print("here")
                while True: time.sleep(1)
                """;
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                        .awaitReady();
                SandboxRun run = sandbox.sandbox().open(new Program(stubborn, Duration.ofSeconds(60), false))) {
            Canceller canceller = new Canceller(run, new StringBuilder(), new StringBuilder());

            RunReport report = run.await(canceller);
            run.awaitGone();

            assertThat(report.termination().reason()).isEqualTo(Termination.Reason.CANCELLED);
            assertThat(report.termination().details()).isEqualTo("Execution was cancelled");
            assertThat(canceller.said()).hasToString("here\n");
            assertThat(canceller.files()).hasToString("a.txt");
            run.cancel(); // too late, and no harm
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }
}
