package org.pyexec.it.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Shapes;

/** Lines of notebook cells that are no Python: magics, commands of the shell and questions. */
@Tag("engine")
class NotebookMagicsIT extends SessionTestBase {

    NotebookMagicsIT(Http http) {
        super(http);
    }

    private static String output(Answer answer) {
        return Shapes.success(answer).path("output").textValue();
    }

    private static String errors(Answer answer) {
        return answer.json().at("/run/stderr").textValue();
    }

    // --- lines that are no Python

    @Test
    void commandsAndMagicsStandBetweenLinesOfPython() {
        String id = open();
        ObjectNode answer = Shapes.success(run(id, """
                %matplotlib inline
                import math
                for n in (1, 2):
                    !echo {n} sh
                lines = !echo a; echo b
                folder = %pwd
                print(lines, folder)
                %time math.floor(2.5)"""));
        assertThat(answer.path("output").textValue())
                .startsWith("1 sh\n2 sh\n['a', 'b'] /")
                .contains("Wall time: ");
        assertThat(answer.at("/run/result/text~1plain").textValue()).isEqualTo("2");
        assertThat(result(run(id, "math.floor(3.5)"))).isEqualTo("3");
    }

    @Test
    void cellMagicsRunWhatIsBelowThem() {
        String id = open();
        assertThat(output(run(id, "%%writefile own.py\nvalue = 1"))).isEqualTo("Writing own.py\n");
        assertThat(result(run(id, "import own\nown.value"))).isEqualTo("1");
        Shapes.success(run(id, "%%writefile own.py\nvalue = 2"));
        assertThat(result(run(id, "import importlib\nimportlib.reload(own).value")))
                .isEqualTo("2");
        assertThat(output(run(id, "%%bash\nfor n in 1 2; do echo $n; done"))).isEqualTo("1\n2\n");
        assertThat(result(run(id, "%%time\nx = 20\nx + 1"))).isEqualTo("21");
        assertThat(output(run(id, "%%capture kept\nprint('quiet')"))).startsWith("Code executed");
        assertThat(result(run(id, "kept.stdout"))).isEqualTo("'quiet\\n'");
        JsonNode shown = Shapes.success(run(id, "%%html\n<b>b</b>")).at("/run/displays");
        assertThat(shown).hasToString("""
                [{"text/plain":"<IPython.core.display.HTML object>","text/html":"<b>b</b>\\n"}]""");
    }

    @Test
    void whatCannotBeIsSaidAndTheRestRuns() {
        String id = open();
        Answer answer = run(id, "%nothing_like_it here\n!pip install nothing-like-it numpy\nprint('rest')");
        assertThat(output(answer))
                .contains("Requirement already satisfied: numpy")
                .endsWith("rest\n");
        assertThat(errors(answer)).contains("%nothing_like_it is not known here", "nothing-like-it is not here");
        assertThat(output(run(id, "!pip install numpy && echo done")))
                .contains("Requirement already satisfied: numpy")
                .endsWith("done\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text = '''\n%who\n!ls\n'''\ntext.count('%')",
                "a, b = 7, 4\na \\\n%b - 2",
                "len(['?',\n'!'])- 1",
                "```python\n1\n```",
                ">>> n = 1\n>>> n",
                "In [3]: 1",
            })
    void pythonStaysPython(String code) {
        assertThat(result(run(open(), code))).isEqualTo("1");
    }

    @Test
    void questionsAreAnswered() {
        String id = open();
        Shapes.success(run(id, "def area(r):\n    '''of a circle'''\n    return 3 * r * r"));
        assertThat(output(run(id, "area?"))).contains("area(r)", "of a circle");
        assertThat(output(run(id, "area??"))).contains("return 3 * r * r");
        assertThat(output(run(id, "nowhere?"))).isEqualTo("Object `nowhere` not found.\n");
    }

    @Test
    void tracebackHasTheLinesAsTheyWereWrittenAndNoneOfOurs() {
        String id = open();
        Shapes.success(run(id, "%who\nzero = 0"));
        ObjectNode failed = Shapes.failure(run(id, "!true\n%time 1 / zero"), "error");
        assertThat(failed.path("details").textValue())
                .contains("line 2, in <module>\n    %time 1 / zero\n")
                .endsWith("ZeroDivisionError: division by zero")
                .doesNotContain("sandbox>", "run_line_magic");
        failed = Shapes.failure(run(id, "%%time\nx = 1\nx / zero"), "error");
        assertThat(failed.path("details").textValue()).contains("line 3, in <module>\n    x / zero\n");
        failed = Shapes.failure(run(id, "import asyncio\nawait asyncio.sleep(1 / zero)"), "error");
        assertThat(failed.path("details").textValue())
                .contains("line 2, in <module>\n    await asyncio.sleep(1 / zero)\n")
                .doesNotContain("run_until_complete");
    }
}
