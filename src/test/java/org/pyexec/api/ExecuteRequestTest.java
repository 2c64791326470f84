package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.files.HostedFile;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.Inputs;
import org.pyexec.sandbox.Limits;

class ExecuteRequestTest extends ExecuteRequestFixture {

    @Test
    void codeAloneGetsTheDefaults() throws IOException {
        assertThat(read("{\"code\": \"1\"}"))
                .isEqualTo(new ExecuteRequest(
                        "1",
                        Duration.ofSeconds(30),
                        false,
                        Inputs.NONE,
                        Limits.OF_THE_SERVER,
                        false,
                        Optional.empty(),
                        List.of()));
    }

    @ParameterizedTest
    @CsvSource({"1, 1000", "0.25, 250", "60, 60000", "61, 60000", "1e9, 60000", "1e400, 60000", "1e-30, 0"})
    void timeoutsAreCutToAMinute(String timeout, long millis) throws IOException {
        Duration read = read("{\"code\": \"1\", \"timeout\": " + timeout + "}").timeout();

        assertThat(read.toMillis()).isEqualTo(millis);
        assertThat(read).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"code\": null}",
                "{\"code\": 1}",
                "{\"code\": [\"1\"]}",
                "{\"code\": {}}",
                "{\"code\": \"\"}",
                "{\"code\": true}"
            })
    void withoutAProgramThereIsNothingToRun(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(ExecuteRequest.NoCode.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "\"code\"",
                "{\"code\": \"1\"",
                "{\"code\": \"1\"} {}",
                "{\"code\": \"\\ud800\"}",
                "{\"code\": \"1\", \"timeout\": 0}",
                "{\"code\": \"1\", \"timeout\": -1}",
                "{\"code\": \"1\", \"timeout\": -0.0}",
                "{\"code\": \"1\", \"timeout\": \"10\"}",
                "{\"code\": \"1\", \"timeout\": NaN}",
                "{\"code\": \"1\", \"timeout\": true}",
                "{\"code\": \"1\", \"allow_network\": 1}",
                "{\"code\": \"1\", \"allow_network\": \"true\"}"
            })
    void whatIsWrongIsSaidInASentence(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(BadRequest.class)
                .isNotInstanceOf(ExecuteRequest.NoCode.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void unknownFieldsAreIgnored() throws IOException {
        assertThat(read("{\"code\": \"1\", \"colour\": \"red\"}").code()).isEqualTo("1");
    }

    @Test
    void aNulCharacterIsPythonsOwnBusiness() throws IOException {
        assertThat(read("{\"code\": \"a\\u0000b\"}").code()).isEqualTo("a\0b");
    }

    @Test
    void inputsComeAsTheyWereSent() throws IOException {
        HostedFile hosted = hosted(3);
        Inputs inputs = readWith("""
                "stdin": "a\\u0000\\n", "args": ["-x", ""], "env": {"A": "1", "B": ""},
                "files": [{"filename": "data/in.csv", "content": "\\u00e9"}, {"filename": "b", "base64": "AAE="},
                          {"filename": "c", "token": "%s"}, {"filename": "d", "token": "/download/%s"}]
                """.formatted(hosted.token(), hosted.token())).inputs();

        assertThat(inputs.stdin()).isEqualTo("a\0\n");
        assertThat(inputs.args()).containsExactly("-x", "");
        assertThat(inputs.env()).isEqualTo(Map.of("A", "1", "B", ""));
        assertThat(inputs.files()).extracting(InputFile::filename).containsExactly("data/in.csv", "b", "c", "d");
        assertThat(inputs.files()).extracting(file -> file.content().size()).containsExactly(2L, 2L, 3L, 3L);
    }

    @Test
    void nullIsAsIfAFieldWereNotThere() throws IOException {
        assertThat(read("""
                {"code": "1", "timeout": null, "allow_network": null, "stdin": null, "args": null, "env": {"A": null},
                 "files": null, "limits": {"memory_mb": null, "processes": null, "output_bytes": null}, "result": null,
                 "session": null}
                """)).isEqualTo(read("{\"code\": \"1\"}"));
        assertThat(read("{\"code\": \"1\", \"env\": null, \"limits\": null}")).isEqualTo(read("{\"code\": \"1\"}"));
        assertThat(readWith(
                                "\"files\": [{\"filename\": \"a\", \"content\": null, \"base64\": \"AA==\", \"token\": null}]")
                        .inputs()
                        .files())
                .hasSize(1);
        assertThat(read("{\"code\": \"1\", \"timeout\": 5, \"timeout\": null}").timeout())
                .isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @CsvSource({
        "60, ''",
        "60.5, ' 60.5 seconds'",
        "1000, ' 1000 seconds'",
        "30000, 'in milliseconds?'",
        "1e400, ' seconds '"
    })
    void timeoutsThatAreCutAreNoted(String timeout, String noted) throws IOException {
        List<String> notes = readWith("\"timeout\": " + timeout).notes();

        assertThat(notes).hasSize(noted.isEmpty() ? 0 : 1).allMatch(note -> note.contains(noted));
        assertThat(notes.toString().contains("milliseconds")).isEqualTo(Double.parseDouble(timeout) > 1000);
    }

    @Test
    void aBodyInAnotherEncodingIsToldThatItHasToBeUtf8() {
        byte[] latin1 = "{\"code\": \"print('\u00e9')\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> ExecuteRequest.read(JSON, new ByteArrayInputStream(latin1), files))
                .isInstanceOf(BadRequest.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> read("{\"code\": 1x}")).hasMessageNotContaining("UTF-8");
    }

    /** Names of variables may have the same hash, all of them. */
    @Test
    void moreThanAThousandWordsAreRefused() throws IOException {
        String arguments = "\"\",".repeat(1000);
        assertRefused("Invalid input", "\"args\": [%s\"\"]".formatted(arguments));
        StringBuilder variables = new StringBuilder();
        for (int i = 0; i < 1001; i++) {
            String bits = Integer.toBinaryString(1 << 11 | i).replace("0", "Aa").replace("1", "BB");
            variables.append("\"%s\": \"\", ".formatted(bits));
        }
        assertRefused("Invalid input", "\"env\": {%s\"last\": \"\"}".formatted(variables));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Invalid stdin|'stdin': 1",
                "Invalid input|'stdin': '\\ud800'",
                "Invalid args|'args': 'a'",
                "Invalid args|'args': [null]",
                "Invalid args|'args': [1]",
                "Invalid input|'args': ['\\u0000']",
                "Invalid env|'env': ['A=1']",
                "Invalid env|'env': {'A': 1}",
                "Invalid input|'env': {'': 'a'}",
                "Invalid input|'env': {'A=B': 'a'}",
                "Invalid input|'env': {'A': 'a\\u0000'}",
                "Invalid files|'files': {}",
                "Invalid files|'files': ['a']",
                "Invalid files|'files': [{'content': 'a'}]",
                "Invalid files|'files': [{'filename': 'a'}]",
                "Invalid files|'files': [{'filename': 'a', 'content': 1}]",
                "Invalid files|'files': [{'filename': 'a', 'content': 'a', 'base64': ''}]",
                "Invalid files|'files': [{'filename': 'a', 'base64': '%%'}]",
                "Invalid files|'files': [{'filename': 'a', 'content': '\\udfff'}]",
                "Invalid files|'files': [{'filename': 'a', 'token': 'never'}]",
                "Invalid files|'files': [{'filename': 'a', 'token': '../../etc/passwd'}]",
                "Invalid input|'files': [{'filename': 'a', 'content': ''}, {'filename': 'a', 'content': ''}]",
                "Invalid input|'files': [{'filename': 'a', 'content': ''}, {'filename': 'a/b', 'content': ''}]",
                "Invalid result|'result': 1",
                "Invalid limits|'limits': 1",
                "Invalid limits|'limits': {'memory_mb': 0}",
                "Invalid limits|'limits': {'memory_mb': -1}",
                "Invalid limits|'limits': {'processes': 1.5}",
                "Invalid limits|'limits': {'output_bytes': '1'}"
            })
    void whatIsWrongWithAnInputIsSaidInASentence(String error, String field) {
        assertRefused(error, field.replace('\'', '"'));
    }

    @Test
    void limitsAreWholeNumbers() throws IOException {
        assertThat(readWith(
                                "\"limits\": {\"memory_mb\": 64, \"processes\": 8.0, \"output_bytes\": 1e99, \"other\": []}")
                        .limits())
                .isEqualTo(new Limits(OptionalInt.of(64), OptionalInt.of(8), OptionalInt.of(Integer.MAX_VALUE)));
    }
}
