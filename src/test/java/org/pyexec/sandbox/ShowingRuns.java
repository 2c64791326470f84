package org.pyexec.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** Runs of programs whose values and displays are wanted, and what came of them. */
final class ShowingRuns {

    private ShowingRuns() {}

    static TestSandbox.Result run(TestSandbox sandbox, String code) throws Exception {
        return run(sandbox, code, Duration.ofSeconds(20));
    }

    static TestSandbox.Result run(TestSandbox sandbox, String code, Duration timeout) throws Exception {
        return sandbox.run(new Program(code, timeout, false, Inputs.NONE, Limits.OF_THE_SERVER, true));
    }

    static Results results(TestSandbox.Result result) {
        return result.report().results().orElseThrow();
    }

    static JsonNode value(TestSandbox.Result result) {
        return results(result).result().orElseThrow(() -> new AssertionError(result.report() + result.stderr()));
    }
}
