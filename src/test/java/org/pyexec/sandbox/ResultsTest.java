package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The value of the last expression and what is displayed, from good programs and bad ones. */
class ResultsTest {

    private static final List<TestSandbox> SANDBOXES = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        for (String tier : List.of("namespaces", "landlock", "none")) {
            SANDBOXES.add(TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON));
        }
        SANDBOXES.forEach(TestSandbox::awaitReady);
    }

    @AfterAll
    static void close() {
        SANDBOXES.forEach(TestSandbox::close);
    }

    static List<TestSandbox> sandboxes() {
        return SANDBOXES;
    }

    private static TestSandbox.Result run(TestSandbox sandbox, String code) throws Exception {
        return run(sandbox, code, Duration.ofSeconds(20));
    }

    private static TestSandbox.Result run(TestSandbox sandbox, String code, Duration timeout) throws Exception {
        return sandbox.run(new Program(code, timeout, false, Inputs.NONE, Limits.OF_THE_SERVER, true));
    }

    private static Results results(TestSandbox.Result result) {
        return result.report().results().orElseThrow();
    }

    private static JsonNode value(TestSandbox.Result result) {
        return results(result).result().orElseThrow(() -> new AssertionError(result.report() + result.stderr()));
    }

    private static TestSandbox.Result run(String code) throws Exception {
        return run(SANDBOXES.get(0), code);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void lastExpressionIsTheResult(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = run(sandbox, "x = 'é'\nprint('printed')\nx * 2");

        assertThat(value(result)).hasToString("{\"text/plain\":\"'éé'\"}");
        assertThat(results(result).displays()).isEmpty();
        assertThat(result.stdout()).isEqualTo("printed\n");
        assertThat(result.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = 1",
                "None",
                "print(1)",
                "1;",
                "1 ; # silent",
                "'é' ;",
                "\r1;",
                "def f(): return 1",
                "",
                "# nothing"
            })
    void whatHasNoValueHasNoResult(String code) throws Exception {
        TestSandbox.Result result = run("pass\n" + code);

        assertThat(result.reason()).isEqualTo("completed");
        assertThat(results(result).result()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x = 1\rx", "x = 1\r\nx", "\ufeffx = 1\nx", "'é'; 1", "# coding: latin-1\n'é'; 1", "(1\n)"})
    void lastExpressionIsFoundHoweverLinesEnd(String code) throws Exception {
        assertThat(value(run(code))).hasToString("{\"text/plain\":\"1\"}");
        try (SandboxSession session = SessionRuns.open(SANDBOXES.get(0))) {
            assertThat(SessionRuns.value(SessionRuns.run(session, code))).hasToString("{\"text/plain\":\"1\"}");
            SessionRuns.assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"# coding: utf-7\n+AAo-1", "# coding: rot13\n1", "# coding: none\n1", "1\0"})
    void strangeSourceIsTheFaultOfTheProgram(String code) throws Exception {
        assertThat(run(code).details() + run(code).stderr()).doesNotContain("sandbox");
        try (SandboxSession session = SessionRuns.open(SANDBOXES.get(0))) {
            SessionRuns.assertOpen(SessionRuns.run(session, code));
            SessionRuns.assertGoesOn(session);
        }
    }

    @Test
    void resultIsNotReportedUnlessItIsWanted() throws Exception {
        TestSandbox.Result result = SANDBOXES.get(0).run("1 + 1");

        assertThat(result.report().results()).isEmpty();
        assertThat(SANDBOXES.get(0).run("display(1)").details()).contains("NameError");
    }

    @Test
    void tracebackIsThatOfThePlainProgram() throws Exception {
        String code = "def f():\n    return 1 / 0\nprint('so far')\nf()";

        assertThat(run(code).details()).isEqualTo(SANDBOXES.get(0).run(code).details());
        assertThat(run("x =\n1").details())
                .isEqualTo(SANDBOXES.get(0).run("x =\n1").details());
        assertThat(run("x = 1\nx +").details())
                .isEqualTo(SANDBOXES.get(0).run("x = 1\nx +").details());
    }

    @Test
    void futureStatementsAndDocstringsStayWhatTheyAre() throws Exception {
        assertThat(value(run("'''doc'''\nfrom __future__ import annotations\ndef f(x: nothing): pass\n__doc__")))
                .hasToString("{\"text/plain\":\"'doc'\"}");
        assertThat(value(run("'only a string'"))).hasToString("{\"text/plain\":\"'only a string'\"}");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void dataFrameIsATable(TestSandbox sandbox) throws Exception {
        JsonNode value = value(run(sandbox, "import pandas as pd\npd.DataFrame({'a': [1, 2]})"));

        assertThat(value.path("text/html").textValue()).contains("<table", "<th>a</th>");
        assertThat(value.path("text/plain").textValue()).contains("a\n0  1");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void figureIsAPictureAndNoFile(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = run(sandbox, """
                import matplotlib.pyplot as plt
                fig, ax = plt.subplots()
                ax.plot([1, 3, 2])
                fig""");

        byte[] png = Base64.getDecoder().decode(value(result).path("image/png").textValue());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isPositive();
        assertThat(result.files()).isEmpty();
    }

    @Test
    void protocolOfIPythonIsFollowed() throws Exception {
        JsonNode value = value(run("""
                class Rich:
                    def __repr__(self): return "plain"
                    def _repr_html_(self): return "<b>h</b>"
                    def _repr_svg_(self): return "<svg/>", {"width": 1}
                    def _repr_png_(self): return b"\\x89PNG"
                    def _repr_json_(self): return {"a": [1, None]}
                    def _repr_latex_(self): return None
                    def _repr_mimebundle_(self, include=None, exclude=None):
                        return {"text/html": "<i>better</i>", "application/vnd.own+json": {"b": 1}}
                Rich()"""));

        assertThat(value)
                .hasToString("{\"text/plain\":\"plain\",\"text/html\":\"<i>better</i>\","
                        + "\"image/svg+xml\":\"<svg/>\",\"image/png\":\"iVBORw==\",\"application/json\":{\"a\":[1,null]},"
                        + "\"application/vnd.own+json\":{\"b\":1}}");
    }

    @Test
    void classesAndObjectsWithEveryAttributeAreText() throws Exception {
        assertThat(value(run("class A:\n    def _repr_html_(self): return 'x'\nA")))
                .hasToString("{\"text/plain\":\"<class '__main__.A'>\"}");
        assertThat(names(value(run("from unittest.mock import Mock\nMock()")))).containsExactly("text/plain");
        assertThat(names(value(run("class A:\n    def __getattr__(self, name): raise ValueError(name)\nA()"))))
                .containsExactly("text/plain");
    }

    private static List<String> names(JsonNode bundle) {
        List<String> names = new ArrayList<>();
        bundle.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void displaysKeepTheirOrderAndAreThereHoweverTheProgramEnds(TestSandbox sandbox) throws Exception {
        for (String end :
                List.of("3", "1 / 0", "import sys; sys.exit(3)", "import os; os._exit(4)", "while True: pass")) {
            TestSandbox.Result result = run(
                    sandbox,
                    "display(1, 'two')\ndisplay({'text/html': '<p>'}, raw=True)\n" + end,
                    Duration.ofSeconds(1));
            assertThat(results(result).displays())
                    .as(end)
                    .extracting(JsonNode::toString)
                    .containsExactly("{\"text/plain\":\"1\"}", "{\"text/plain\":\"'two'\"}", "{\"text/html\":\"<p>\"}");
        }
    }

    @Test
    void ownDisplayMethodIsHonoured() throws Exception {
        TestSandbox.Result result = run("""
                class Own:
                    def _ipython_display_(self): display("mine")
                Own()""");

        assertThat(results(result).result()).isEmpty();
        assertThat(results(result).displays()).hasSize(1);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void methodThatFailsLeavesOutItsTypeOnly(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = run(sandbox, """
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

        JsonNode shown = results(result).displays().get(0).path("application/json");
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
        TestSandbox.Result result = run(SANDBOXES.get(0), code, Duration.ofSeconds(1));

        assertThat(result.reason()).isEqualTo("timeout");
        assertThat(result.stdout()).isEqualTo("before\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void hugeResultIsBounded(TestSandbox sandbox) throws Exception {
        TestSandbox.Result huge = run(sandbox, "class A:\n    def _repr_html_(self): return 'x' * (1 << 30)\nA()");
        assertThat(huge.reason()).isIn("completed", "memory");
        assertThat(huge.report().results().toString()).hasSizeLessThan(10_000);

        TestSandbox.Result large = run(
                sandbox,
                "class A:\n    def _repr_html_(self): return '<p>' * (1 << 20)\nopen('result.html', 'w').close()\nA()");
        assertThat(large.files()).containsOnlyKeys("result-1.html", "result.html");
        assertThat(large.files().get("result-1.html")).hasSize(3 << 20);
        assertThat(value(large).has("text/html")).isFalse();

        TestSandbox.Result plain = run(sandbox, "'x' * (2 << 20)");
        assertThat(value(plain).path("text/plain").textValue()).endsWith("characters left out]");
        assertThat(plain.files().get("result.txt")).hasSize((2 << 20) + 2);

        TestSandbox.Result huger = run(sandbox, "'x' * (70 << 20)");
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
        assertThat(results(full).displays()).extracting(JsonNode::size).containsExactly(2, 2, 2, 2, 2, 2, 2, 2, 1, 1);
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
        TestSandbox.Result result = run(sandbox, """
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

        assertThat(results.displays()).extracting(JsonNode::toString).containsExactly("{\"text/plain\":\"kept\"}");
        assertThat(results.result()).isEmpty();
    }
}
