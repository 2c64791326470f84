package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountedFormTest {

    private static final String PART = "content-disposition: form-data; name=\"a\"\r\n\r\nvalue";

    private static CountedForm form(String boundary, String body) {
        return new CountedForm(new ByteArrayInputStream(body.getBytes(StandardCharsets.ISO_8859_1)), boundary);
    }

    private static String parts(String boundary, int count) {
        return ("--" + boundary + "\r\n" + PART + "\r\n").repeat(count) + "--" + boundary + "--\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "--b", "-", "----", "abab", "x y"})
    void asManyPartsAsAreAllowedAreRead(String boundary) throws IOException {
        int most = boundary.matches("-+") ? 10 : CountedForm.MAX_PARTS; // its own end begins there as well
        String body = parts(boundary, most);
        assertThat(form(boundary, body).readAllBytes()).hasSize(body.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "--b", "----", "abab"})
    void onePartMoreIsTooMany(String boundary) {
        assertTooMuch(form(boundary, parts(boundary, CountedForm.MAX_PARTS + 1)));
    }

    /** Each of them is a new array for mimepull, which takes a lone carriage return for a line break. */
    @ParameterizedTest
    @ValueSource(strings = {"\r--b\n\n", "x--b", "--b", "\n--b", "--b--b", "\r\n--b\t"})
    void boundaryCountsWhereverItStands(String repeated) {
        assertTooMuch(form("b", "--b\n\n" + repeated.repeat(100)));
    }

    @Test
    void beginningsThatOverlapAreFound() {
        assertTooMuch(form("--b", "----b\n\n" + "------b".repeat(100)));
    }

    @Test
    void longHeadsAreTooMuch() {
        assertTooMuch(form("b", "--b\r\n" + "x: y\r\n".repeat(CountedForm.MAX_HEAD_BYTES / 6 + 1) + "\r\n"));
    }

    @Test
    void contentMayBeLong() throws IOException {
        String body = "--b\r\n" + PART + "-".repeat(1 << 20) + "\r\n--b--\r\n";
        assertThat(form("b", body).readAllBytes()).hasSize(body.length());
    }

    private static void assertTooMuch(CountedForm form) {
        assertThatThrownBy(form::readAllBytes).isInstanceOf(IOException.class);
        assertThat(form.exceeded()).isTrue();
    }
}
