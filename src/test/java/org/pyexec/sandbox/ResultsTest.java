package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.ShowingRuns.displays;
import static org.pyexec.sandbox.ShowingRuns.results;
import static org.pyexec.sandbox.ShowingRuns.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The value of the last expression and what is displayed. */
@Tag(OnEveryTier.LIBRARIES)
class ResultsTest extends OnEveryTier {

    private static TestSandbox.Result run(String code) throws Exception {
        return ShowingRuns.run(strongest(), code);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void lastExpressionIsTheResult(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = ShowingRuns.run(sandbox, "x = 'é'\nprint('printed')\nx * 2");

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
        try (SandboxSession session = SessionRuns.open(strongest())) {
            assertThat(ShowingRuns.value(SessionRuns.run(session, code))).hasToString("{\"text/plain\":\"1\"}");
            SessionRuns.assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"# coding: utf-7\n+AAo-1", "# coding: rot13\n1", "# coding: none\n1", "1\0"})
    void strangeSourceIsTheFaultOfTheProgram(String code) throws Exception {
        assertThat(run(code).details() + run(code).stderr()).doesNotContain("sandbox");
        try (SandboxSession session = SessionRuns.open(strongest())) {
            SessionRuns.assertOpen(SessionRuns.run(session, code));
            SessionRuns.assertGoesOn(session);
        }
    }

    @Test
    void resultIsNotReportedUnlessItIsWanted() throws Exception {
        TestSandbox.Result result = strongest().run("1 + 1");

        assertThat(result.report().results()).isEmpty();
        assertThat(strongest().run("display('shown')").stdout()).isEqualTo("'shown'\n");
    }

    @Test
    void tracebackIsThatOfThePlainProgram() throws Exception {
        String code = "def f():\n    return 1 / 0\nprint('so far')\nf()";

        assertThat(run(code).details()).isEqualTo(strongest().run(code).details());
        assertThat(run("x =\n1").details()).isEqualTo(strongest().run("x =\n1").details());
        assertThat(run("x = 1\nx +").details())
                .isEqualTo(strongest().run("x = 1\nx +").details());
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
        JsonNode value = value(ShowingRuns.run(sandbox, "import pandas as pd\npd.DataFrame({'a': [1, 2]})"));

        assertThat(value.path("text/html").textValue()).contains("<table", "<th>a</th>");
        assertThat(value.path("text/plain").textValue()).contains("a\n0  1");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void figuresAreDisplayedInTheOrderInWhichTheyAreShown(TestSandbox sandbox) throws Exception {
        String code = """
                import matplotlib.pyplot as plt
                for width in (1, 2):
                    plt.figure(figsize=(width, 1), dpi=100)
                    plt.plot([1, 2])
                    plt.show()
                print(plt.get_fignums())
                """;
        TestSandbox.Result plain = ShowingRuns.run(sandbox, code);
        assertThat(widths(plain)).containsExactly(100, 200);
        assertThat(plain.stdout()).isEqualTo("[]\n");
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            TestSandbox.Result cell = SessionRuns.run(session, code);
            assertThat(widths(cell)).containsExactly(100, 200);
            assertThat(cell.stdout()).isEqualTo("[]\n");
            assertThat(cell.files()).containsOnlyKeys("figure-1.png", "figure-2.png");
            TestSandbox.Result next = SessionRuns.run(session, "plt.get_fignums()");
            assertThat(value(next)).hasToString("{\"text/plain\":\"[]\"}");
            assertThat(displays(next)).isEmpty();
            assertThat(next.files()).isEmpty();
        }
    }

    /** In pixels, of the pictures that are displayed; nothing else is. */
    private static List<Integer> widths(TestSandbox.Result result) throws IOException {
        List<Integer> widths = new ArrayList<>();
        for (JsonNode shown : displays(result)) {
            byte[] picture = Base64.getDecoder().decode(shown.path("image/png").textValue());
            widths.add(ImageIO.read(new ByteArrayInputStream(picture)).getWidth());
        }
        return widths;
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void figureIsAPictureAndNoFile(TestSandbox sandbox) throws Exception {
        TestSandbox.Result result = ShowingRuns.run(sandbox, """
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
            TestSandbox.Result result = ShowingRuns.run(
                    sandbox,
                    "display(1, 'two')\ndisplay({'text/html': '<p>'}, raw=True)\n" + end,
                    Duration.ofSeconds(1));
            assertThat(displays(result))
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
}
