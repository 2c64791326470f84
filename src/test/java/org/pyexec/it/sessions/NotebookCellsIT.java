package org.pyexec.it.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** Programs of sessions as cells of a notebook: asynchronous cells, history, and how values are shown. */
@Tag("engine")
class NotebookCellsIT extends SessionTestBase {

    NotebookCellsIT(Http http) {
        super(http);
    }

    private static String output(Answer answer) {
        return Shapes.success(answer).path("output").textValue();
    }

    private static String errors(Answer answer) {
        return answer.json().at("/run/stderr").textValue();
    }

    // --- asynchronous cells

    @Test
    void cellsAwait() {
        String id = open();
        assertThat(result(run(id, "import asyncio\nawait asyncio.sleep(0, 'done')")))
                .isEqualTo("'done'");
        assertThat(result(run(id, "asyncio.run(asyncio.sleep(0, 5))"))).isEqualTo("5");
        Shapes.success(run(id, "task = asyncio.create_task(asyncio.sleep(0.01, 6))"));
        assertThat(result(run(id, "await task"))).isEqualTo("6");
        assertThat(result(run(id, "%%time\nawait asyncio.sleep(0, 7)"))).isEqualTo("7");
        Shapes.success(run(id, "def start():\n    return asyncio.create_task(asyncio.sleep(0, 8))"));
        Shapes.success(run(id, "task = start()"));
        assertThat(result(run(id, "await task"))).isEqualTo("8");
    }

    @Test
    void cellsHaveOneEventLoop() {
        String id = open();
        assertThat(result(run(id, """
                import asyncio
                loop = asyncio.get_event_loop()
                number = await loop.run_in_executor(None, lambda: 3)
                number"""))).isEqualTo("3");
        Shapes.success(run(id, "asyncio.run(asyncio.sleep(0))"));
        assertThat(result(run(id, "asyncio.get_event_loop() is loop"))).isEqualTo("True");
        assertThat(result(run(id, "loop.run_until_complete(asyncio.sleep(0, 4))")))
                .isEqualTo("4");
    }

    @Test
    void coroutineThatWeDropIsNotSaidToBeOurs() {
        String id = open();
        Shapes.success(run(id, "async def wait(): pass\ndef fail():\n    waiting = wait()\n    1 / 0"));
        String said = errors(run(id, "fail()")) + errors(run(id, "1 / 0")) + errors(run(id, "None"));
        assertThat(said).contains("coroutine 'wait' was never awaited").doesNotContain("<sandbox>");
    }

    @Test
    void cellThatAwaitsForEverIsInterruptedAndDoesNotGoOnLater() {
        String id = open();
        Shapes.success(run(id, "import asyncio\nafterwards = []"));
        Answer late = http.post(
                Json.object("code", "await asyncio.sleep(40)\nafterwards.append(1)", "session", id, "timeout", 1));
        assertThat(Shapes.failure(late, "timeout").at("/run/session").textValue())
                .isEqualTo("open");
        assertThat(result(run(id, "await asyncio.sleep(0.1)\nafterwards"))).isEqualTo("[]");
    }

    // --- what is remembered

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"_; 3", "__; 2", "Out[2]; 2", "_2; 2", "In[1]; '1 + 1'", "_i; '\"the third\"; 3'"})
    void lastValuesAndCellsAreThere(String code, String expected) {
        String id = open();
        Shapes.success(run(id, "1 + 1"));
        Shapes.success(run(id, "2"));
        Shapes.success(run(id, "\"the third\"; 3"));
        assertThat(result(run(id, code))).contains(expected.strip());
    }

    @Test
    void futureStatementsHoldForLaterCells() {
        String id = open();
        Shapes.success(run(id, "from __future__ import annotations"));
        assertThat(result(run(id, "def later(x: nowhere): pass\nlater.__annotations__")))
                .isEqualTo("{'x': 'nowhere'}");
        assertThat(result(run(id, "annotations = 1\n%time later\nannotations"))).isEqualTo("1");
        Shapes.failure(run(open(), "def later(x: nowhere): pass"), "error");
    }

    @Test
    void earlierCellsHaveASource() {
        String id = open();
        Shapes.success(run(id, "class Box:\n    '''a box'''\n    size = 1"));
        Shapes.success(run(id, "%matplotlib inline\nclass Lid:\n    def open(self): return 'open'"));
        assertThat(output(run(id, "import inspect\nprint(inspect.getsource(Box), inspect.getsource(Lid))")))
                .contains("'''a box'''", "return 'open'");
        Answer ignored = run(id, "class Bad:\n    def __del__(self): raise ValueError('ignored')\nBad()\nNone");
        assertThat(errors(ignored))
                .contains("Exception ignored in", "def __del__(self): raise ValueError('ignored')\n");
        Answer thread = run(id, "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()");
        assertThat(errors(thread)).contains("t = threading.Thread(target=lambda: 1 / 0)\n");
    }

    @Test
    void fileOfTheProgramIsNamedAndProcessesStartAnewBesideIt() {
        String id = open();
        assertThat(result(run(id, "import os\nos.path.isdir(os.path.dirname(__file__))")))
                .isEqualTo("True");
        assertThat(result(run(id, """
                import multiprocessing, operator
                with multiprocessing.get_context('spawn').Pool(1) as pool:
                    done = pool.map(operator.neg, [1, 2])
                done"""))).isEqualTo("[-1, -2]");
    }

    @Test
    void carriageReturnsOfTheInputAreKept() {
        Answer answer = http.post(Json.object(
                "code", "import sys\nprint(repr(sys.stdin.read()))", "session", open(), "stdin", "a\r\nb\rc\n"));
        assertThat(output(answer)).isEqualTo("'a\\r\\nb\\rc\\n'\n");
    }

    // --- how values look

    @Test
    void longValuesAreBrokenAndTablesAreWide() {
        String id = open();
        assertThat(result(run(id, "list(range(30))")))
                .startsWith("[0,\n 1,\n 2,")
                .endsWith(",\n 29]");
        assertThat(result(run(id, "{'a': [1, 2]}"))).isEqualTo("{'a': [1, 2]}");
        String wide =
                "import pandas as pd\npd.DataFrame([list(range(12))], columns=[f'column_{i}' for i in range(12)])";
        assertThat(result(run(id, wide)))
                .contains("column_6  \\\n", "column_11")
                .doesNotContain("...");
    }

    @Test
    void displaysAreUpdatedAndCleared() {
        String id = open();
        JsonNode shown = Shapes.success(run(id, """
                from IPython.display import HTML, Image, Markdown, clear_output, display, update_display
                display('first')
                clear_output(wait=True)
                display(HTML('<b>'), Markdown('*m*'))
                handle = display(1, display_id='one')
                display(Image(b'\\x89PNG\\r\\n'))
                update_display(2, display_id='one')""")).at("/run/displays");
        assertThat(shown).hasToString("""
                [{"text/plain":"<IPython.core.display.HTML object>","text/html":"<b>"},\
                {"text/plain":"<IPython.core.display.Markdown object>","text/markdown":"*m*"},\
                {"text/plain":"2"},{"text/plain":"<IPython.core.display.Image object>","image/png":"iVBORw0K"}]""");
        assertThat(Shapes.success(run(id, "for n in range(150):\n    clear_output()\n    display(n)"))
                        .at("/run/displays"))
                .hasToString("[{\"text/plain\":\"149\"}]");
    }

    // --- plain programs

    @Test
    void plainProgramsDisplayTextAndStayPython() {
        assertThat(output(http.execute("from IPython.display import HTML, display\ndisplay([1], HTML('x'))")))
                .isEqualTo("[1]\n<IPython.core.display.HTML object>\n");
        assertThat(output(http.execute("display(7)"))).isEqualTo("7\n");
        assertThat(output(http.execute("```python\nprint('fenced')\n```"))).isEqualTo("fenced\n");
        ObjectNode fenced = Shapes.failure(http.execute("```\nx = 1\nx / 0\n```"), "error");
        assertThat(fenced.path("details").textValue()).contains("line 3", "    x / 0\n");
        assertThat(fenced.at("/run/notes").toString()).contains("Markdown fence");
        assertThat(fenced.path("generatedFiles")).isEmpty();
        ObjectNode failed = Shapes.failure(http.execute("x = 1\n!pip install numpy"), "error");
        assertThat(failed.path("details").textValue()).contains("SyntaxError: ", "understood in sessions");
        Shapes.failure(http.execute("get_ipython()"), "error");
        Shapes.failure(http.execute("import asyncio\nawait asyncio.sleep(0)"), "error");
    }
}
