package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.ShowingRuns.displays;
import static org.pyexec.sandbox.ShowingRuns.results;
import static org.pyexec.sandbox.ShowingRuns.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and displays of programs that fail at them, flood them, or want to spoil them. */
class HostileResultsTest extends OnEveryTier {

    private static TestSandbox.Result run(String code) throws Exception {
        return ShowingRuns.run(strongest(), code);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void methodThatFailsLeavesOutItsTypeOnly(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = ShowingRuns.run(sandbox, """
                class Bad:
                    def __repr__(self): raise ValueError("no repr")
                    def _repr_html_(self): raise KeyError("no html")
                    def _repr_markdown_(self): return 42
                    def _repr_json_(self): return float("nan")
                    def _repr_svg_(self): return "<svg/>"
                Bad()""");

        assertThat(result.reason()).isEqualTo("completed");
        assertThat(result.stderr())
                .contains("no repr", "no html", "text/markdown is left out: it is of type int")
                .contains("application/json is left out: Out of range float values are not JSON compliant");
        assertThat(value(result))
                .hasToString("{\"text/plain\":\"<__main__.Bad object>\",\"image/svg+xml\":\"<svg/>\"}");
        assertThat(result.stderr()).doesNotContain("display.py");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "object()",
                "float('inf')",
                "{(1, 2): 3}",
                "functools.reduce(lambda inner, _: [inner], range(70), 1)",
                "functools.reduce(lambda inner, _: [inner], range(10_000), 1)",
            })
    void whatIsNotJsonLeavesOutThatTypeOnly(String data) throws Exception {
        TestSandbox.Result result = run("""
                import functools
                class Bad:
                    def __repr__(self): return "text"
                    def _repr_json_(self): return {"a": %s}
                Bad()""".formatted(data));

        assertThat(value(result)).hasToString("{\"text/plain\":\"text\"}");
        assertThat(result.stderr()).startsWith("display: application/json is left out: ");
    }

    @Test
    void jsonIsKeptAsItIs() throws Exception {
        TestSandbox.Result result = run("""
                import functools
                deep = functools.reduce(lambda inner, _: [inner], range(50), 1)
                display({"application/json": [deep, 10 ** 4000, "\\ud800", {"x": None}]}, raw=True)""");

        JsonNode shown = displays(result).get(0).path("application/json");
        assertThat(shown.get(0).toString()).isEqualTo("[".repeat(50) + "1" + "]".repeat(50));
        assertThat(shown.get(1).asText()).isEqualTo("1" + "0".repeat(4000));
        assertThat(shown.get(2).asText()).isEqualTo("\ud800");
        assertThat(shown.get(3)).hasToString("{\"x\":null}");
    }

    @Test
    void recursionInReprIsNoEnd() throws Exception {
        TestSandbox.Result result = run("class A:\n    def __repr__(self): return repr(self)\nA()");

        assertThat(result.reason()).isEqualTo("completed");
        assertThat(value(result)).hasToString("{\"text/plain\":\"<__main__.A object>\"}");
    }

    @Test
    void methodThatHangsMeetsTheTimeLimit() throws Exception {
        String code = """
                class Slow:
                    def _repr_html_(self):
                        while True: pass
                print("before")
                Slow()""";
        TestSandbox.Result result = ShowingRuns.run(strongest(), code, Duration.ofSeconds(1));

        assertThat(result.reason()).isEqualTo("timeout");
        assertThat(result.stdout()).isEqualTo("before\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void hugeResultIsBounded(TestSandbox sandbox) throws Exception {
        TestSandbox.Result huge =
                ShowingRuns.run(sandbox, "class A:\n    def _repr_html_(self): return 'x' * (1 << 30)\nA()");
        assertThat(huge.reason()).isIn("completed", "memory");
        assertThat(huge.report().results().toString()).hasSizeLessThan(10_000);

        TestSandbox.Result large = ShowingRuns.run(
                sandbox,
                "class A:\n    def _repr_html_(self): return '<p>' * (1 << 20)\nopen('result.html', 'w').close()\nA()");
        assertThat(large.files()).containsOnlyKeys("result-1.html", "result.html");
        assertThat(large.files().get("result-1.html")).hasSize(3 << 20);
        assertThat(value(large).has("text/html")).isFalse();

        TestSandbox.Result plain = ShowingRuns.run(sandbox, "'x' * (2 << 20)");
        assertThat(value(plain).path("text/plain").textValue()).endsWith("characters left out]");
        assertThat(plain.files().get("result.txt")).hasSize((2 << 20) + 2);

        TestSandbox.Result huger = ShowingRuns.run(sandbox, "'x' * (70 << 20)");
        assertThat(huger.stderr()).isEqualTo("display: result.txt is left out: it is larger than 20 MB\n");
        assertThat(value(huger).path("text/plain").textValue()).endsWith("characters left out]");
        assertThat(huger.reason()).isEqualTo("completed");
        assertThat(huger.files()).isEmpty();
    }

    @Test
    void resultThatFindsNoRoomOnTheDiskLeavesNoPartOfIt() throws Exception {
        TestSandbox.Result full = run("""
                open("large", "wb").write(bytes(62 << 20))
                "x" * (8 << 20)""");
        assertThat(full.stderr()).isEqualTo("display: result.txt cannot be written: No space left on device\n");
        assertThat(full.reason()).isEqualTo("completed");
        assertThat(full.files()).isEmpty();
    }

    @Test
    void thereIsAnEndToDisplays() throws Exception {
        TestSandbox.Result many = run("for i in range(10_000): display(i)");
        assertThat(results(many).displays()).hasSize(100);
        assertThat(many.stderr()).isEqualTo("display: only the first 100 are kept\n");

        TestSandbox.Result full = run("""
                for i in range(10): display({'text/plain': str(i), 'text/html': 'x' * 1_000_000}, raw=True)
                'last'""");
        assertThat(displays(full)).extracting(JsonNode::size).containsExactly(2, 2, 2, 2, 2, 2, 2, 2, 1, 1);
        assertThat(full.files()).containsOnlyKeys("display-9.html", "display-10.html");
        assertThat(full.stderr()).contains("no room");
        assertThat(value(full)).hasToString("{\"text/plain\":\"'last'\"}");
    }

    @Test
    void programThatReplacesWhatShowingNeedsGetsItsAnswerAllTheSame() throws Exception {
        TestSandbox.Result result = run("""
                import builtins, json, base64
                for name in "repr", "getattr", "callable", "display":
                    setattr(builtins, name, None)
                json.JSONEncoder.encode = json.dumps = base64.b64encode = None
                42""");

        assertThat(value(result)).hasToString("{\"text/plain\":\"42\"}");
    }

    @Test
    void programThatReplacesEverythingIsAnsweredAndHurtsNobody() throws Exception {
        TestSandbox.Result result = run("""
                import builtins
                for name in list(vars(builtins)):
                    if not name.startswith("_") and name != "setattr":
                        setattr(builtins, name, None)
                42""");

        assertThat(result.reason()).isIn("completed", "error");
        assertThat(value(run("42"))).hasToString("{\"text/plain\":\"42\"}");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void whateverAProgramWritesIntoTheAreaIsItsOwnAffair(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = ShowingRuns.run(sandbox, """
                import gc
                for found in gc.get_objects():
                    if type(found).__name__ == "ResultArea":
                        view = found._view
                        view[:] = b"\\xff" * len(view)
                print("written")""");

        assertThat(result.stdout()).isEqualTo("written\n");
        assertThat(results(result).displays()).isEmpty();
        assertThat(sandbox.run("print(1)").stdout()).isEqualTo("1\n");
    }

    @Test
    void whatAProgramForksShowsNothing() throws Exception {
        TestSandbox.Result result = run("""
                import os
                display("before")
                if os.fork() == 0:
                    display("child")
                    os._exit(0)
                os.wait()
                "end\"""");

        assertThat(results(result).displays()).hasSize(1);
        assertThat(value(result)).hasToString("{\"text/plain\":\"'end'\"}");
    }

    @Test
    void nonsenseIsNoBundle() {
        String lines = """
                nonsense
                ["display",{"text/plain":"kept"}]
                ["display",{"text/html":5}]
                ["display",[]]
                ["display"]
                {"display":{}}
                ["result",{"application/json":{"a":[NaN]}}]
                ["result",{"a/b":"kept"}] trailing
                %s
                """.formatted("[".repeat(100_000));
        Results results = Results.read(lines);

        assertThat(results.displays()).containsExactly("{\"text/plain\":\"kept\"}");
        assertThat(results.result()).isEmpty();
    }
}
