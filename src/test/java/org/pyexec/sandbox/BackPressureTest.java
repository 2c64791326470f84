package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that does not read holds the program up, and nothing else. */
@Tag("slow")
class BackPressureTest {

    private static final String TALKATIVE = "print('x' * 1_000_000)";

    /** Takes its time with the first piece, longer than the first program has. */
    private static final class Unwilling implements RunListener {

        private final CountDownLatch never = new CountDownLatch(1);
        private long bytes;

        @Override
        public void stdout(byte[] piece) throws IOException {
            if (bytes == 0) {
                waitAWhile();
            }
            bytes += piece.length;
        }

        private void waitAWhile() throws IOException {
            try {
                boolean unused = never.await(3, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }

        @Override
        public void stderr(byte[] piece) {}

        @Override
        public void file(String filename, long size, InputStream content) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void programThatNobodyReadsIsHeldUpUntilItsTimeIsOver(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            Unwilling reader = new Unwilling();
            try (SandboxRun run = sandbox.sandbox().open(new Program(TALKATIVE, Duration.ofSeconds(1), false))) {
                assertThat(run.await(reader).termination().reason()).isEqualTo(Termination.Reason.TIMEOUT);
            }
            assertThat(reader.bytes).isBetween(1L, 999_999L);
            assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void programGoesOnWhenItIsReadAgain(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON)
                .awaitReady()) {
            Unwilling reader = new Unwilling();
            try (SandboxRun run = sandbox.sandbox().open(new Program(TALKATIVE, Duration.ofSeconds(30), false))) {
                assertThat(run.await(reader).termination().reason()).isEqualTo(Termination.Reason.COMPLETED);
            }
            assertThat(reader.bytes).isEqualTo(1_000_001);
        }
    }
}
