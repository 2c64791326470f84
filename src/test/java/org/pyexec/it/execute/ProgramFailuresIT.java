package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;

/** Programs that fail, exit or crash. */
@Tag("engine")
@NeedsServer
class ProgramFailuresIT {

    private final Http http;

    ProgramFailuresIT(Http http) {
        this.http = http;
    }

    @Test
    void exampleErrorOfTheSpecificationGivesItsAnswer() {
        ObjectNode json = Shapes.failure(http.execute("x = = 1"), "error");
        assertThat(Json.fields(json)).containsSubsequence("error", "details", "success", "timestamp");
        assertThat(json.path("details").textValue()).contains("SyntaxError: invalid syntax");
        assertThat(json.path("output").textValue()).doesNotContain("SyntaxError");
    }

    @Test
    void uncaughtExceptionGivesItsTraceback() {
        ObjectNode json = Shapes.failure(http.execute("""
                        def inner(n):
                            return 1 / n

                        print('before')
                        inner(0)
                        """), "error");
        String details = json.path("details").textValue();
        assertThat(details)
                .contains("Traceback (most recent call last)")
                .contains("main.py\", line 5, in <module>")
                .contains("main.py\", line 2, in inner")
                .contains("return 1 / n")
                .contains("inner(0)")
                .contains("ZeroDivisionError: division by zero");
        assertThat(details.lines().filter(line -> line.contains("File \"")).count())
                .isEqualTo(2);
        assertThat(json.path("output").textValue()).isEqualTo("before\n");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(1);
        assertThat(json.get("run").get("signal").isNull()).isTrue();
    }

    @Test
    void tracebackShowsNoPathOfTheServer(Server server) {
        Answer answer = server.http().execute("raise ValueError('no')");
        assertThat(answer.text())
                .doesNotContain(server.storage().toString())
                .doesNotContain("/root", "supervisor", "zygote", "org/pyexec");
    }

    @Test
    void programThatFailedWithoutOutputHasAnEmptyOne() {
        ObjectNode json = Shapes.failure(http.execute("raise ValueError('no')"), "error");
        assertThat(json.path("output").isTextual()).isTrue();
        assertThat(json.path("output").textValue()).isIn("", "Code executed successfully (no output)");
        assertThat(json.path("output").textValue()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3,3", "255,255", "300,44", "-1,255"})
    void exitCodeIsReported(int status, int reported) {
        ObjectNode json =
                Shapes.failure(http.execute("import sys; print('x'); sys.exit(%d)".formatted(status)), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(reported);
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
        assertThat(json.path("details").textValue()).contains(Integer.toString(reported));
    }

    @Test
    void exitWithTextPrintsItToStderr() {
        ObjectNode json = Shapes.failure(http.execute("import sys; sys.exit('a text')"), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(1);
        assertThat(json.at("/run/stderr").textValue()).isEqualTo("a text\n");
    }

    @Test
    void exitOfTheProcessIsReported() {
        ObjectNode json = Shapes.failure(http.execute("import os; print('x', flush=True); os._exit(7)"), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(7);
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGSEGV", "SIGKILL", "SIGTERM", "SIGABRT", "SIGUSR1"})
    void signalIsReportedByName(String signal) {
        ObjectNode json = Shapes.failure(
                http.execute("import os, signal; print('x'); os.kill(os.getpid(), signal.%s)".formatted(signal)),
                "killed");
        assertThat(json.at("/run/signal").textValue()).isEqualTo(signal);
        assertThat(json.get("run").get("exitCode").isNull()).isTrue();
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
        assertThat(json.path("details").textValue()).contains(signal);
    }

    @Test
    void crashOfTheInterpreterIsReported() {
        ObjectNode json = Shapes.failure(http.execute("import ctypes; ctypes.string_at(0)"), "killed");
        assertThat(json.at("/run/signal").textValue()).isEqualTo("SIGSEGV");
    }

    @Test
    void deepRecursionIsAnOrdinaryError() {
        ObjectNode json = Shapes.failure(http.execute("def f(): f()\nf()"), "error");
        assertThat(json.path("details").textValue()).contains("RecursionError");
    }

    @Test
    void tracebackOfAMillionCharactersIsCut() {
        ObjectNode json = Shapes.failure(http.execute("raise ValueError('x' * 3_000_000)"), "error");
        assertThat(json.path("details").textValue().length()).isLessThan(2_200_000);
    }
}
