package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are deep, have very many values, or are not one JSON value. */
class ExecuteRequestShapeTest extends ExecuteRequestFixture {

    @Test
    void deepNestingIsRefusedAndNotFollowed() {
        String deep = "{\"code\": \"1\", \"x\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> read(deep)).isInstanceOf(BadRequest.class);
    }

    /** Each would cost some hundred bytes of memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "files",
                "args",
                "env",
                "limits",
                "code",
                "session",
                "stdin",
                "timeout",
                "allow_network",
                "result"
            })
    void fieldWithTooManyValuesIsRefused(String name) {
        String values = "[" + "{\"\":1},".repeat(100_000) + "1]";
        assertThatThrownBy(() -> read("{\"%s\":%s}".formatted(name, values)))
                .isInstanceOfSatisfying(BadRequest.class, e -> assertThat(e).hasMessageContaining("too many values"));
    }

    @Test
    void fieldThatNobodyKnowsMayHaveAnyNumberOfValues() throws IOException {
        String values = "[" + "{\"\":1},".repeat(60_000) + "1]";
        assertThat(readWith("\"x\":" + values + ",\"y\":" + values).code()).isEqualTo("1");
    }

    @Test
    void lastOfSeveralFieldsOfOneNameCounts() throws IOException {
        assertThat(read("{\"code\":\"1\",\"code\":\"2\"}").code()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"code\":\"1\"} 2", "{\"code\":\"1\"}{}", "{\"code\":\"1\"", "{\"code\":\"1\",\"x\":[1}", "[1"
            })
    void whatIsNotOneWholeValueIsRefused(String body) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOfSatisfying(BadRequest.class, e -> assertThat(e).hasMessageContaining("well-formed"));
    }
}
