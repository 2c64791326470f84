package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentCodeTest {

    @ParameterizedTest
    @CsvSource({"abc, abc", "a/b, a%2Fb", "é, %C3%A9", "a😀b, a%F0%9F%98%80b", "100%, 100%25", "'', ''"})
    void octetsOfWhatIsNotPlainAreEncodedAndComeBack(String text, String encoded) {
        assertThat(PercentCode.encoded(text, character -> character < 0x80 && Character.isLetterOrDigit(character)))
                .isEqualTo(encoded);
        assertThat(PercentCode.decoded(encoded.getBytes(UTF_8)).orElseThrow()).isEqualTo(text.getBytes(UTF_8));
    }

    @Test
    void whatIsPlainBesideItStays() {
        assertThat(PercentCode.encoded("é\n\ud83d\ude00", character -> character != '\n'))
                .isEqualTo("é%0A\ud83d\ude00");
    }

    @ParameterizedTest
    @CsvSource({"%61, a", "%C3%a9, é", "%25%36%31, %61", "é, é", "a+b, a+b"})
    void octetsAreDecodedOnceAndOthersStay(String encoded, String text) {
        assertThat(PercentCode.decoded(encoded.getBytes(UTF_8)).orElseThrow()).isEqualTo(text.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%", "%1", "%1x", "%x1", "%-1", "%+1", "% 1", "%%41", "%４１"})
    void percentSignWithoutTwoDigitsIsNone(String encoded) {
        assertThat(PercentCode.decoded(encoded.getBytes(UTF_8))).isEmpty();
    }
}
