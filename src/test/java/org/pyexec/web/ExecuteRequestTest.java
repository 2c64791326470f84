package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.http.Json;

class ExecuteRequestTest {

    private static final ObjectMapper JSON = Json.mapper(1 << 20);

    private static ExecuteRequest read(String json) throws IOException {
        return ExecuteRequest.read(JSON, new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void codeAloneGetsTheDefaults() throws IOException {
        assertThat(read("{\"code\": \"1\"}")).isEqualTo(new ExecuteRequest("1", Duration.ofSeconds(30), false));
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
                "{\"code\": \"1\", \"timeout\": null}",
                "{\"code\": \"1\", \"timeout\": true}",
                "{\"code\": \"1\", \"allow_network\": 1}",
                "{\"code\": \"1\", \"allow_network\": \"true\"}",
                "{\"code\": \"1\", \"allow_network\": null}"
            })
    void whatIsWrongIsSaidInASentence(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ExecuteRequest.BadRequest.class)
                .isNotInstanceOf(ExecuteRequest.NoCode.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void deepNestingIsRefusedAndNotFollowed() {
        String deep = "{\"code\": \"1\", \"x\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> read(deep)).isInstanceOf(ExecuteRequest.BadRequest.class);
    }

    @Test
    void unknownFieldsAreIgnored() throws IOException {
        assertThat(read("{\"code\": \"1\", \"colour\": \"red\"}").code()).isEqualTo("1");
    }

    @Test
    void aNulCharacterIsPythonsOwnBusiness() throws IOException {
        assertThat(read("{\"code\": \"a\\u0000b\"}").code()).isEqualTo("a\0b");
    }
}
