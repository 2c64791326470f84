package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** What an answer says about a failure: the exception, notes, and details. */
@NeedsServer
class FailureReportIT {

    private final Http http;

    FailureReportIT(Http http) {
        this.http = http;
    }

    private JsonNode run(String code) {
        return http.execute(code).json().path("run");
    }

    // --- run.exception

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "1 / 0|ZeroDivisionError|division by zero",
                "{}['k']|KeyError|'k'",
                "import json; json.loads('{')|JSONDecodeError|Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
                "class Mine(Exception): pass\\nraise Mine('é')|Mine|é",
                "raise ValueError|ValueError|##",
                "x = (|SyntaxError|'(' was never closed (main.py, line 1)"
            })
    void exceptionIsNamedBesideTheTraceback(String code, String type, String value) {
        JsonNode exception = run(code.replace("\\n", "\n")).path("exception");
        assertThat(Json.fields(exception)).containsExactly("type", "value");
        assertThat(exception.path("type").textValue()).isEqualTo(type);
        assertThat(exception.path("value").textValue()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"print(1)", "import sys; sys.exit(3)", "import os; os._exit(1)", "import os; os.abort()"})
    void withoutAnExceptionThereIsNone(String code) {
        assertThat(run(code).get("exception").isNull()).isTrue();
    }

    @Test
    void longExceptionsAreCutBetweenCharacters() {
        JsonNode exception = run("class \u00dc" + "x".repeat(5000) + "(Exception): pass\nraise \u00dc"
                        + "x".repeat(5000) + "('\ud83d\ude00' * 10**6)")
                .path("exception");
        assertThat(exception.path("type").textValue()).hasSizeBetween(100, 300);
        assertThat(exception.path("value").textValue())
                .startsWith("\ud83d\ude00")
                .endsWith("\ud83d\ude00\u2026");
        assertThat(exception.path("value").textValue().length()).isLessThan(10_000);
    }

    // --- run.notes and details

    @Test
    void timeoutThatLooksLikeMillisecondsIsNoted() {
        ObjectNode json = Shapes.success(http.execute("print(1)", 30_000));
        assertThat(json.at("/run/notes")).hasSize(1);
        assertThat(json.at("/run/notes/0").textValue()).contains("30000", "60", "milliseconds");
    }

    @Test
    void outputThatWasCutIsNoted() {
        JsonNode run = http.post(Json.object(
                        "code",
                        "import sys; print('\u20ac' * 10); print('x' * 20, file=sys.stderr)",
                        "limits",
                        java.util.Map.of("output_bytes", 10)))
                .json();
        assertThat(run.path("output").textValue()).isEqualTo("\u20ac\u20ac\u20ac");
        assertThat(run.at("/run/stderr").textValue()).isEqualTo("x".repeat(10));
        assertThat(Json.strings(run.at("/run/notes")))
                .hasSize(2)
                .allMatch(note -> note.contains("10 bytes"))
                .anyMatch(note -> note.contains("standard output"))
                .anyMatch(note -> note.contains("standard error"));
    }

    @Test
    void endOfACutOutputIsInAFile() {
        ObjectNode json = Shapes.success(http.execute("""
                open('standard-output-end.txt', 'w').write('of the program')
                for number in range(200_000):
                    print('line', number)
                print('the result: \u20ac')
                """));
        JsonNode files = json.path("generatedFiles");
        assertThat(Json.texts(files, "filename"))
                .containsExactly("standard-output-end-2.txt", "standard-output-end.txt");
        assertThat(json.at("/run/notes/0").textValue()).contains("standard-output-end-2.txt");
        String end = http.get(files.get(0).path("downloadUrl").textValue()).text();
        assertThat(end).endsWith("line 199999\nthe result: \u20ac\n").hasSizeBetween(60_000, 1 << 16);
        assertThat(json.path("output").textValue()).startsWith("line 0\n").hasSizeBetween(1_048_000, 1 << 20);
    }

    @Test
    void beginningAndEndOfAnOutputThatIsALittleTooLongAreAllOfIt() {
        String body = Json.object(
                "code", "print('\u00e9\u20ac' * 10, end='')", "limits", java.util.Map.of("output_bytes", 13));
        ObjectNode json = Shapes.success(http.post(body));
        String file = json.at("/generatedFiles/0/downloadUrl").textValue();
        assertThat(json.path("output").textValue() + http.get(file).text()).isEqualTo("\u00e9\u20ac".repeat(10));
    }

    @Test
    void lastWordsAreTheDetails() {
        ObjectNode json = Shapes.failure(http.execute("import sys; sys.exit('no input \u2026')"), "error");
        assertThat(json.path("details").textValue()).isEqualTo("no input \u2026");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(1);
    }

    @Test
    void whoMissesALibraryLearnsWhereTheOthersAreListed() {
        ObjectNode json = Shapes.failure(http.execute("import nosuchlibrary.part"), "error");
        assertThat(json.path("details").textValue())
                .contains("ModuleNotFoundError", "no module named nosuchlibrary here", "GET /packages");
        assertThat(json.at("/run/stderr").textValue()).doesNotContain("GET /packages");
    }
}
