package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.lasting;
import static org.pyexec.sandbox.SessionRuns.meanwhile;
import static org.pyexec.sandbox.SessionRuns.run;
import static org.pyexec.sandbox.ShowingRuns.value;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How programs of a session are interrupted, by their time-out or by their client, and the session goes on. */
@Tag("slow")
class SessionInterruptsTest extends OnEveryTier {

    private static SandboxSession open() throws Exception {
        return SessionRuns.open(strongest());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void timeOutInterruptsAndTheSessionGoesOn(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result late =
                    run(session, lasting("import time\nx = 5\nprint('a')\ntime.sleep(60)", Duration.ofMillis(300)));
            assertThat(late.reason()).isEqualTo("timeout");
            assertThat(late.details()).startsWith("Execution timed out after 0.3 seconds\n\nTraceback");
            assertThat(late.stdout()).isEqualTo("a\n");
            assertOpen(late);
            assertThat(value(run(session, "x"))).hasToString("{\"text/plain\":\"5\"}");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void interruptIsKeyboardInterrupt(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            String code = "import time\nprint('here')\ntime.sleep(60)";
            TestSandbox.Result interrupted = meanwhile(session, code, run -> session.interrupt());
            assertThat(interrupted.reason()).isEqualTo("interrupted");
            assertThat(interrupted.details())
                    .startsWith("Execution was interrupted\n\n")
                    .endsWith("KeyboardInterrupt");
            assertOpen(interrupted);
            TestSandbox.Result cancelled = meanwhile(session, code, SandboxRun::cancel);
            assertThat(cancelled.reason()).isEqualTo("cancelled");
            assertOpen(cancelled);
            String catching = "try:\n    print('here')\n    time.sleep(60)\nexcept KeyboardInterrupt: pass\n8";
            TestSandbox.Result caught = meanwhile(session, catching, run -> session.interrupt());
            assertThat(caught.reason()).isEqualTo("completed");
            assertThat(value(caught)).hasToString("{\"text/plain\":\"8\"}");
            assertThat(session.interrupt()).isFalse(); // nothing runs, and no harm
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "signal.signal(signal.SIGINT, signal.SIG_IGN)",
                "signal.signal(signal.SIGINT, lambda *_: None)",
                "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())",
            })
    void programThatRefusesToBeInterruptedDoesNotDoSoForTheNextOne(String code) throws Exception {
        try (SandboxSession session = open()) {
            assertOpen(run(session, "import signal, time\n" + code));
            TestSandbox.Result late = run(session, lasting("time.sleep(60)", Duration.ofMillis(300)));
            assertThat(late.reason()).isEqualTo("timeout");
            assertOpen(late);
        }
    }

    @Test
    void interruptThatDoesNotHelpEndsTheSession() throws Exception {
        try (SandboxSession session = open()) {
            String code =
                    "try:\n    print('here')\n    sum(range(10 ** 12))\nexcept KeyboardInterrupt: pass\nsum(range(10 ** 12))";
            TestSandbox.Result stubborn = meanwhile(session, code, run -> session.interrupt());
            assertThat(stubborn.reason()).isEqualTo("interrupted");
            assertThat(stubborn.details())
                    .isEqualTo("Execution was interrupted and did not stop: its session has ended");
            assertThat(session.ended()).contains(stubborn.details());
        }
    }

    @Test
    void interruptBeforeTheProgramHasBegunIsNotLost() throws Exception {
        try (SandboxSession session = open()) {
            for (int time = 0; time < 10; time++) {
                Recorder recorder = new Recorder();
                try (SandboxRun run = session.run(lasting("import time\ntime.sleep(60)", Duration.ofSeconds(50)))) {
                    session.interrupt();
                    assertThat(run.await(recorder).termination().reason()).isEqualTo(Termination.Reason.INTERRUPTED);
                }
            }
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void orderWhileFilesAreHandedOverIsKeptForLater(boolean end) throws Exception {
        byte[] bytes = new byte[1000];
        try (SandboxSession session = open()) {
            InputFile.Content content = new InputFile.Content() {
                @Override
                public long size() {
                    return bytes.length;
                }

                @Override
                public long heldBytes() {
                    return 0;
                }

                @Override
                public void writeTo(WritableByteChannel channel) throws IOException {
                    if (end) {
                        session.end();
                    } else {
                        assertThat(session.interrupt()).isTrue();
                    }
                    channel.write(ByteBuffer.wrap(bytes));
                }
            };
            Inputs inputs = new Inputs("", List.of(), Map.of(), List.of(new InputFile("zeros", content)));
            TestSandbox.Result stopped = run(session, "import time\ntime.sleep(15)", inputs);
            assertThat(stopped.reason()).isEqualTo(end ? "cancelled" : "interrupted");
            if (!end) {
                assertThat(run(session, "print(open('zeros', 'rb').read() == bytes(1000))")
                                .stdout())
                        .isEqualTo("True\n");
            }
        }
    }
}
