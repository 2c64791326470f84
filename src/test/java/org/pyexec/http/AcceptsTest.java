package org.pyexec.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
                "application/json;q=0.5, text/html",
                "TEXT/HTML ; q=0.3"
            })
    void browsersPreferHtml(String accept) {
        assertThat(Accepts.preferHtml(accept)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "application/json, text/html",
                "text/html;q=0",
                "text/html;q=nonsense",
                "application/json, text/plain, */*",
                "",
                ";;,,"
            })
    void programsDoNot(String accept) {
        assertThat(Accepts.preferHtml(accept)).isFalse();
    }

    @Test
    void withoutTheHeaderJsonIsMeant() {
        assertThat(Accepts.preferHtml(null)).isFalse();
    }
}
