package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTextTest {

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a%20b, a b",
        "a+b, a+b",
        "d%2Ff, d/f",
        "%2e%2E, ..",
        "%C3%A9, é",
        "a;b=c, a;b=c",
        "a%5Cb, a\\b",
        "a%250Ab, a%0Ab",
        "%F0%9F%98%80, 😀"
    })
    void octetsAreDecodedOnce(String encoded, String text) {
        assertThat(PathText.decoded(encoded)).isEqualTo(text);
        assertThat(PathText.decoded(PathText.encoded(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%", "%1", "%zz", "%F", "%-1", "%+1", "%FF", "%C3", "%ED%A0%80", "%C0%AF"})
    void whatSaysNothingIsABadRequest(String encoded) {
        assertThatThrownBy(() -> PathText.decoded(encoded)).isInstanceOf(BadRequest.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a?b#c", "a;b", "100%", "a\nb", "\\", "é", "\"<>"})
    void encodedPathHasNothingThatAUrlReadsAsSomethingElse(String path) {
        assertThat(PathText.encoded(path)).matches("[A-Za-z0-9._~/%-]+");
    }
}
