package org.pyexec.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.List;

/** Runs of programs whose values and displays are wanted, and what came of them. */
final class ShowingRuns {

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(5000)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

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

    static List<JsonNode> displays(TestSandbox.Result result) {
        return results(result).displays().stream().map(ShowingRuns::parsed).toList();
    }

    /** As a client reads it. */
    static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    static JsonNode value(TestSandbox.Result result) {
        return results(result)
                .result()
                .map(ShowingRuns::parsed)
                .orElseThrow(() -> new AssertionError(result.report() + result.stderr()));
    }
}
