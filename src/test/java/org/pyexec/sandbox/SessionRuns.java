package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What tests do with sessions: run programs in them and look at what comes. */
final class SessionRuns {

    private static final SessionTerms USUAL = new SessionTerms(false, Limits.OF_THE_SERVER);

    private SessionRuns() {}

    static SandboxSession open(TestSandbox sandbox) throws Exception {
        return sandbox.sandbox().openSession(USUAL);
    }

    static TestSandbox.Result run(SandboxSession session, String code, Inputs inputs) throws Exception {
        return TestSandbox.run(
                session, new Program(code, Duration.ofSeconds(20), false, inputs, Limits.OF_THE_SERVER, true));
    }

    static TestSandbox.Result run(SandboxSession session, String code) throws Exception {
        return run(session, code, Inputs.NONE);
    }

    static Program lasting(String code, Duration timeout) {
        return new Program(code, timeout, false, Inputs.NONE, Limits.OF_THE_SERVER, true);
    }

    static Inputs inputs(String stdin, List<String> args, Map<String, String> env, InputFile... files) {
        return new Inputs(stdin, args, env, List.of(files));
    }

    static InputFile file(String name, String content) {
        return new InputFile(name, InputFile.inMemory(content.getBytes(StandardCharsets.UTF_8)));
    }

    static void assertOpen(TestSandbox.Result result) {
        assertThat(result.report().session()).as(result.details()).isEqualTo(RunReport.Session.OPEN);
    }

    static void assertGoesOn(SandboxSession session) throws Exception {
        TestSandbox.Result next = run(session, "print('still', 6 * 7)\n7");
        assertThat(next.reason()).as(next.details()).isEqualTo("completed");
        assertThat(next.stdout()).isEqualTo("still 42\n");
        assertThat(ShowingRuns.value(next)).hasToString("{\"text/plain\":\"7\"}");
        assertOpen(next);
    }

    static TestSandbox.Result run(SandboxSession session, Program program) throws Exception {
        return TestSandbox.run(session, program);
    }

    /** Does something to the run as soon as it has said something. */
    static TestSandbox.Result meanwhile(
            SandboxSession session, String code, java.util.function.Consumer<SandboxRun> action) throws Exception {
        Recorder recorder = new Recorder();
        try (SandboxRun run = session.run(lasting(code, Duration.ofSeconds(50)))) {
            RunReport report = run.await(new RunListener() {
                @Override
                public void stdout(byte[] bytes) throws IOException {
                    recorder.stdout(bytes);
                    action.accept(run);
                }

                @Override
                public void stderr(byte[] bytes) throws IOException {
                    recorder.stderr(bytes);
                }

                @Override
                public void file(String filename, long size, java.io.InputStream content) throws IOException {
                    recorder.file(filename, size, content);
                }
            });
            run.awaitGone();
            return new TestSandbox.Result(report, recorder, Duration.ZERO);
        }
    }
}
