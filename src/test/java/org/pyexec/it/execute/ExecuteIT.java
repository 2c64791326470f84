package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Answers of {@code POST /execute} to programs that end well. */
@NeedsServer
class ExecuteIT {

    private final Http http;

    ExecuteIT(Http http) {
        this.http = http;
    }

    @Test
    void curlExampleOfTheSpecificationGivesItsAnswer() {
        Answer answer = http.send(
                "POST",
                "/execute",
                """
                {
                    "code": "print(\\"Hello, World!\\")",
                    "timeout": 10,
                    "allow_network": false
                  }""".getBytes(StandardCharsets.UTF_8),
                "User-Agent",
                "curl/7.88.1",
                "Accept",
                "*/*",
                "Content-Type",
                "application/json");
        assertHelloWorld(answer);
    }

    @Test
    void fetchExampleOfTheSpecificationGivesItsAnswer() {
        Answer answer = http.send(
                "POST",
                "/execute",
                "{\"code\":\"print(\\\"Hello, World!\\\")\",\"timeout\":10,\"allow_network\":false}"
                        .getBytes(StandardCharsets.UTF_8),
                "Origin",
                "https://app.example",
                "Accept",
                "*/*",
                "Accept-Language",
                "en",
                "Sec-Fetch-Mode",
                "cors",
                "Content-Type",
                "application/json");
        assertHelloWorld(answer);
        assertThat(answer.required("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
    }

    @Test
    void answerHasTheSpecifiedFieldsThenRun() {
        ObjectNode json = Shapes.success(http.execute("print('Hello, World!')"));
        assertThat(Json.fields(json)).containsExactly("output", "success", "generatedFiles", "executionTime", "run");
    }

    @Test
    void answerIsJsonInUtf8() {
        Answer answer = http.execute("print('café 漢字 😀')");
        assertThat(answer.required("Content-Type")).startsWith("application/json");
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("café 漢字 😀\n");
    }

    @Test
    void executionTimeIsTheTimeOfCompletion() {
        Instant before = Instant.now();
        ObjectNode json = Shapes.success(http.execute("print(1)"));
        assertThat(Shapes.time(json.path("executionTime")))
                .isBetween(before.minusMillis(1), Instant.now().plusMillis(1));
    }

    @Test
    void stdinIsEmpty() {
        ObjectNode json = Shapes.success(http.execute("import sys; print(repr(sys.stdin.read()))"));
        assertThat(json.path("output").textValue()).isEqualTo("''\n");
    }

    @Test
    void unknownFieldsAreIgnored() {
        Answer answer = http.post("{\"code\":\"print(1)\",\"language\":\"python\",\"nested\":{\"a\":[1,null]}}");
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.75", "1.5", "10", "60", "60.5", "61", "1e9", "1E+9", "10.0"})
    void positiveTimeoutIsAccepted(String timeout) {
        Answer answer = http.post("{\"code\":\"print(1)\",\"timeout\":" + timeout + "}");
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("1\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;charset=utf-8",
                "application/json; charset=UTF-8",
                "Application/JSON"
            })
    void jsonContentTypeIsAccepted(String contentType) {
        Answer answer = http.send(
                "POST",
                "/execute",
                "{\"code\":\"print('é')\"}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                contentType);
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("é\n");
    }

    @Test
    void bodyOfExactlyFiveMegabytesIsRun() {
        String start = "{\"code\":\"print(1) #";
        String end = "\"}";
        int filler = 5 * 1024 * 1024 - start.length() - end.length();
        Answer answer = http.post(start + "x".repeat(filler) + end);
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("1\n");
    }

    @Test
    void programIsRunAsMainModule() {
        ObjectNode json = Shapes.success(http.execute("""
                import os, sys
                if __name__ == '__main__':
                    print(os.path.basename(sys.argv[0]), len(sys.argv))
                """));
        assertThat(json.path("output").textValue()).isEqualTo("main.py 1\n");
    }

    @Test
    void numpyPandasAndMatplotlibAreThere() {
        ObjectNode json = Shapes.success(http.execute("""
                import numpy, pandas, matplotlib.pyplot
                print(int(pandas.DataFrame({'a': numpy.arange(4)}).a.sum()))
                """));
        assertThat(json.path("output").textValue()).isEqualTo("6\n");
    }

    @Test
    void exitWithZeroIsSuccess() {
        ObjectNode json = Shapes.success(http.execute("import sys; print('done'); sys.exit(0)"));
        assertThat(json.path("output").textValue()).isEqualTo("done\n");
    }

    @Test
    void networkIsOffUnlessAskedFor() {
        ObjectNode json = Shapes.success(http.execute("""
                import socket
                try:
                    socket.create_connection(('203.0.113.1', 80), timeout=5)
                    print('connected')
                except OSError as refused:
                    print('no network')
                """));
        assertThat(json.path("output").textValue()).isEqualTo("no network\n");
    }

    @Test
    void programCannotReachTheServerItself() {
        ObjectNode json = Shapes.success(http.execute("""
                import socket
                try:
                    socket.create_connection(('127.0.0.1', %d), timeout=5)
                    print('connected')
                except OSError as refused:
                    print('no network')
                """.formatted(http.base().getPort())));
        assertThat(json.path("output").textValue()).isEqualTo("no network\n");
    }

    private static void assertHelloWorld(Answer answer) {
        ObjectNode json = Shapes.success(answer);
        assertThat(Json.fields(json).subList(0, 4))
                .containsExactly("output", "success", "generatedFiles", "executionTime");
        assertThat(json.path("output").textValue()).isEqualTo("Hello, World!\n");
        assertThat(json.path("generatedFiles").isArray()).isTrue();
        assertThat(json.path("generatedFiles")).isEmpty();
        Shapes.time(json.path("executionTime"));
    }
}
