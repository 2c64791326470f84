package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** What clients can see of a failure: the status that they want, the exception, and notes. */
@NeedsServer
class FailureReportIT {

    private final Http http;

    FailureReportIT(Http http) {
        this.http = http;
    }

    private Answer preferring(String preference, String code) {
        byte[] body = Json.object("code", code).getBytes(StandardCharsets.UTF_8);
        return http.send("POST", "/execute", body, "Content-Type", "application/json", "Prefer", preference);
    }

    private JsonNode run(String code) {
        return http.execute(code).json().path("run");
    }

    // --- Prefer: status

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status=200|200",
                "status=400|400",
                "status=422|422",
                "status=500|500",
                "Status = \"200\" ; x=1|200",
                "wait=5, status=422, status=200|422"
            })
    void failedProgramIsAnsweredAsTheClientPrefers(String preference, int status) {
        Answer answer = preferring(preference, "1 / 0");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.required("Preference-Applied")).isEqualTo("status=" + status);
        assertThat(answer.json().path("success").booleanValue()).isFalse();
        assertThat(answer.json().at("/run/reason").textValue()).isEqualTo("error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=201",
                "status=404",
                "status=",
                "status",
                "status=200x",
                "stat=200",
                "",
                "status=999, status=200"
            })
    void otherPreferencesAreIgnored(String preference) {
        Answer answer = preferring(preference, "1 / 0");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("Preference-Applied")).isEmpty();
    }

    @Test
    void refusalsAndSuccessKeepTheirStatus() {
        assertThat(preferring("status=422", "print(1)").status()).isEqualTo(200);
        assertThat(preferring("status=200", "").status()).isEqualTo(400);
    }

    /** Its state is what is asked for there, and that is no failure. */
    @Test
    void asynchronousExecutionDoesNotSayThatItHasHeededAStatus() throws Exception {
        Answer accepted = preferring("respond-async, status=422", "1 / 0");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.list("Preference-Applied")).containsExactly("respond-async");
        String path = accepted.required("Location");
        HttpResponse<InputStream> stream = http.open(path, "Accept", "text/event-stream");
        assertThat(stream.statusCode()).isEqualTo(200);
        JsonNode told = done(stream);
        Answer state = http.get(path);
        assertThat(state.status()).isEqualTo(200);
        assertThat(state.json().path("status").textValue()).isEqualTo("finished");
        assertThat(state.json().path("answer")).isEqualTo(told);
    }

    @Test
    void streamHasTheSameStatusAndAnswerWhateverIsPreferred() throws Exception {
        HttpResponse<InputStream> stream =
                http.stream(Json.object("code", "1 / 0"), "Accept", "text/event-stream", "Prefer", "status=422");
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Preference-Applied")).isEmpty();
        done(stream);
    }

    /** The answer of a stream about a program that failed. */
    private static JsonNode done(HttpResponse<InputStream> stream) throws IOException {
        try (EventReader events = new EventReader(stream.body())) {
            List<EventReader.Event> all = events.rest();
            EventReader.Event last = all.get(all.size() - 1);
            assertThat(last.name()).isEqualTo("done");
            assertThat(last.json().path("success").booleanValue()).isFalse();
            assertThat(last.json().at("/run/reason").textValue()).isEqualTo("error");
            assertThat(last.json().at("/run/exception/type").textValue()).isEqualTo("ZeroDivisionError");
            return last.json();
        }
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

    // --- GET /packages

    @Test
    void packagesAreThoseThatProgramsCanImport() {
        org.awaitility.Awaitility.await()
                .atMost(60, java.util.concurrent.TimeUnit.SECONDS)
                .until(() -> http.get("/packages").status() == 200);
        ObjectNode json = http.get("/packages").json();
        assertThat(Json.fields(json)).containsExactly("python", "environment", "packages");
        assertThat(json.path("python").textValue())
                .isEqualTo(run("1").path("python").textValue());
        assertThat(json.path("environment").textValue()).isEqualTo("default");
        JsonNode packages = json.path("packages");
        assertThat(Json.texts(packages, "name")).doesNotHaveDuplicates().contains("numpy", "pandas", "matplotlib");
        packages.forEach(each -> {
            assertThat(Json.fields(each)).containsExactly("name", "version", "modules");
            if (each.path("name").textValue().equals("numpy")) {
                Answer answer = http.execute("import numpy; print(numpy.__version__, end='')");
                assertThat(each.path("version").textValue())
                        .isEqualTo(answer.json().path("output").textValue());
                assertThat(Json.strings(each.path("modules"))).contains("numpy");
            }
        });
    }
}
