package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** What programs print, in the answer. */
@NeedsServer
class OutputIT {

    private final Http http;

    OutputIT(Http http) {
        this.http = http;
    }

    @Test
    void silentProgramIsReportedAsSuch() {
        assertThat(Shapes.success(http.execute("x = 1")).path("output").textValue())
                .isEqualTo("Code executed successfully (no output)");
    }

    @Test
    void outputIsStandardOutputOnlyAndStderrIsInRun() {
        ObjectNode json = Shapes.success(http.execute("""
                import sys
                print('to stdout')
                print('to stderr', file=sys.stderr)
                """));
        assertThat(json.path("output").textValue()).isEqualTo("to stdout\n");
        assertThat(json.at("/run/stderr").textValue()).isEqualTo("to stderr\n");
    }

    @Test
    void programThatWritesOnlyToStderrHasNoOutput() {
        ObjectNode json = Shapes.success(http.execute("import sys; print('x', file=sys.stderr)"));
        assertThat(json.path("output").textValue()).isEqualTo("Code executed successfully (no output)");
        assertThat(json.at("/run/stderr").textValue()).isEqualTo("x\n");
    }

    @Test
    void bytesThatAreNotUtf8AreReplaced() {
        ObjectNode json = Shapes.success(http.execute("""
                import os
                os.write(1, b'a\\xffb\\n')
                os.write(2, b'c\\xfed\\n')
                """));
        assertThat(json.path("output").textValue()).isEqualTo("a\ufffdb\n");
        assertThat(json.at("/run/stderr").textValue()).isEqualTo("c\ufffdd\n");
    }

    @Test
    void zeroBytesAndControlCharactersInOutputArriveUnchanged() {
        ObjectNode json = Shapes.success(http.execute("print('a\\0b\\x1b[31m\\x7f')"));
        assertThat(json.path("output").textValue()).isEqualTo("a\0b\u001b[31m\u007f\n");
    }

    @Test
    void closedStandardStreamsDoNotLoseTheEnding() {
        ObjectNode json = Shapes.success(http.execute("""
                import os
                print('before')
                os.close(0); os.close(1); os.close(2)
                """));
        assertThat(json.path("output").textValue()).isEqualTo("before\n");
    }

    @Test
    void programThatClosesSysStdoutSucceeds() {
        ObjectNode json = Shapes.success(http.execute("import sys; print('x'); sys.stdout.close()"));
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
    }

    @Test
    void outputOfExactlyTheCapIsNotTruncated() {
        ObjectNode json = Shapes.success(http.execute("print('x' * (1024 * 1024 - 1))"));
        assertThat(json.path("output").textValue()).hasSize(1024 * 1024);
        assertThat(json.at("/run/truncated").booleanValue()).isFalse();
    }

    @Test
    void outputBeyondTheCapKeepsItsFirstPartAndIsNoFailure() {
        ObjectNode json = Shapes.success(http.execute("print('first'); print('x' * (2 * 1024 * 1024))"));
        assertThat(json.path("output").textValue()).startsWith("first\nxxx").hasSize(1024 * 1024);
        assertThat(json.at("/run/truncated").booleanValue()).isTrue();
    }

    @Test
    void stderrHasACapOfItsOwn() {
        ObjectNode json = Shapes.success(http.execute("""
                import sys
                print('out')
                sys.stderr.write('e' * (2 * 1024 * 1024))
                """));
        assertThat(json.path("output").textValue()).isEqualTo("out\n");
        assertThat(json.at("/run/stderr").textValue()).hasSize(1024 * 1024);
        assertThat(json.at("/run/truncated").booleanValue()).isTrue();
    }
}
