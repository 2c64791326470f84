package org.pyexec.it.execute;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Standard input, arguments, environment, files and limits of a run. */
@Tag("engine")
@NeedsServer
class InputsIT {

    private final Http http;

    InputsIT(Http http) {
        this.http = http;
    }

    private String output(Object... fields) {
        return Shapes.success(http.post(Json.object(fields))).path("output").textValue();
    }

    @Test
    void programReadsItsStandardInput() {
        assertThat(output("code", "print(input() + input())", "stdin", "é\n日本")).isEqualTo("é日本\n");
        assertThat(output("code", "import sys; print(len(sys.stdin.read()))", "stdin", "x".repeat(4_000_000)))
                .isEqualTo("4000000\n");
    }

    @Test
    void programReadsItsArguments() {
        assertThat(output("code", "import sys; print(sys.argv)", "args", List.of("--name", "", "é")))
                .isEqualTo("['main.py', '--name', '', 'é']\n");
        assertThat(output("code", "import sys; print(sys.argv)", "args", List.of()))
                .isEqualTo("['main.py']\n");
    }

    @Test
    void argumentsGoThroughArgparse() {
        String code = """
                import argparse
                parser = argparse.ArgumentParser()
                parser.add_argument("--count", type=int)
                print(parser.parse_args().count + 1)
                """;
        assertThat(output("code", code, "args", List.of("--count", "41"))).isEqualTo("42\n");
    }

    @Test
    void programReadsItsEnvironment() {
        assertThat(output("code", "import os; print(os.environ['GREETING'])", "env", Map.of("GREETING", "grüß")))
                .isEqualTo("grüß\n");
    }

    @Test
    void variablesOfOneRunAreNotInTheNext() {
        assertThat(output("code", "print(1)", "env", Map.of("PYTHONPATH", "/evil", "LD_PRELOAD", "/evil.so")))
                .isEqualTo("1\n");
        assertThat(output("code", "import os; print(os.getenv('PYTHONPATH'), os.getenv('LD_PRELOAD'))"))
                .isEqualTo("None None\n");
    }

    @Test
    void processesOfTheProgramInheritItsEnvironment() {
        String code = "import subprocess; print(subprocess.check_output('echo $A', shell=True, text=True), end='')";
        assertThat(output("code", code, "env", Map.of("A", "b"))).isEqualTo("b\n");
    }

    @Test
    void filesAreThereBeforeTheProgram() {
        byte[] binary = {0, (byte) 255, 13, 10};
        String token = http.hosted("x.txt", "hosted".getBytes(UTF_8)).replace("/download/", "");
        List<Object> files = List.of(
                Map.of("filename", "data/in.csv", "content", "a,b\n1,2\n"),
                Map.of("filename", "b.bin", "base64", Base64.getEncoder().encodeToString(binary)),
                Map.of("filename", "é c.txt", "token", token),
                Map.of("filename", "helper.py", "content", "def double(x): return 2 * x"));
        String code = """
                import helper
                import pandas as pd
                print(helper.double(int(pd.read_csv("data/in.csv").b[0])), open("b.bin", "rb").read(), open("é c.txt").read())
                """;
        ObjectNode json = Shapes.success(http.post(Json.object("code", code, "files", files)));
        assertThat(json.path("output").textValue()).isEqualTo("4 b'\\x00\\xff\\r\\n' hosted\n");
        assertThat(json.path("generatedFiles")).isEmpty();
    }

    @Test
    void generatedFileOfOneRunIsAnInputOfTheNext() {
        ObjectNode first = Shapes.success(http.execute("print(open('a.txt', 'w').write('A'))"));
        String url = first.at("/generatedFiles/0/downloadUrl").textValue();
        List<Object> files = List.of(Map.of("filename", "a.txt", "token", url));
        ObjectNode second = Shapes.success(
                http.post(Json.object("code", "open('a.txt', 'a').write('B'); print(1)", "files", files)));
        assertThat(second.at("/generatedFiles/0/filename").textValue()).isEqualTo("a.txt");
        assertThat(http.get(second.at("/generatedFiles/0/downloadUrl").textValue())
                        .text())
                .isEqualTo("AB");
        assertThat(http.get(url).text()).isEqualTo("A");
    }

    @Test
    void largeFilesComeByTokenThreeTimes() {
        byte[] content = new byte[16 << 20];
        content[content.length - 1] = 7;
        String token = http.hosted("large.bin", content);
        List<Object> files = List.of(
                Map.of("filename", "1", "token", token),
                Map.of("filename", "2", "token", token),
                Map.of("filename", "3", "token", token));
        String code = "for n in '123': b = open(n, 'rb').read(); print(len(b), b[-1])";
        assertThat(output("code", code, "files", files)).isEqualTo("16777216 7\n".repeat(3));
    }

    @Test
    void unknownTokenIsRefusedWithASentence() {
        List<Object> files = List.of(Map.of("filename", "a", "token", "00000000-0000-0000-0000-000000000000"));
        JsonNode error = refused("code", "print(1)", "files", files);
        assertThat(error.path("error").textValue()).isEqualTo("Invalid files");
        assertThat(error.path("message").textValue()).isEqualTo("The token of 'a' is unknown or has expired.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../a", "a/../../b", "", "a\nb", "main.py"})
    void namesOutsideTheWorkingDirectoryAreRefused(String filename) {
        JsonNode error = refused("code", "print(1)", "files", List.of(Map.of("filename", filename, "content", "")));
        assertThat(error.path("error").textValue()).isEqualTo("Invalid files");
        assertThat(error.path("message").textValue()).endsWith(".");
    }

    private JsonNode refused(Object... fields) {
        Answer answer = http.post(Json.object(fields));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.json().path("success").booleanValue()).isFalse();
        return answer.json();
    }

    @Test
    void lowerLimitsHold() {
        Answer memory = http.post(Json.object("code", "x = bytearray(100 << 20)", "limits", Map.of("memory_mb", 64)));
        assertThat(memory.status()).isEqualTo(500);
        assertThat(memory.json().at("/run/reason").textValue()).isEqualTo("memory");
        assertThat(memory.json().path("details").textValue()).startsWith("Memory limit of 64 MB exceeded");

        ObjectNode output =
                Shapes.success(http.post(Json.object("code", "print('x' * 100)", "limits", Map.of("output_bytes", 7))));
        assertThat(output.path("output").textValue()).isEqualTo("xxxxxxx");
        assertThat(output.at("/run/truncated").booleanValue()).isTrue();
    }

    @Test
    void smallestLimitsStillRunAProgramOrNameTheLimit() {
        Answer answer = http.post(
                Json.object("code", "print(1)", "limits", Map.of("memory_mb", 1, "processes", 1, "output_bytes", 1)));
        assertThat(answer.json().at("/run/reason").textValue()).isIn("completed", "memory");
    }
}
