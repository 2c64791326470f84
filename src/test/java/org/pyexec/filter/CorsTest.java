package org.pyexec.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org",
                "http://localhost:3000",
                "http://[::1]:8000",
                "null",
                "chrome-extension://abc"
            })
    void aWellFormedOriginIsReflected(String origin) {
        assertThat(new Cors(List.of()).allowedOrigin(origin)).contains(origin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.org",
                "https://",
                "https://a.example/path",
                "https://a.example\r\nX: y",
                "https://a b",
                "*",
                "https://user@a.example",
                ""
            })
    void aMalformedOriginIsNot(String origin) {
        assertThat(new Cors(List.of()).allowedOrigin(origin)).isEmpty();
    }

    @Test
    void onlyListedOriginsAreReflectedWhereThereIsAList() {
        Cors cors = new Cors(List.of("https://a.example"));

        assertThat(cors.allowedOrigin("https://a.example")).isPresent();
        assertThat(cors.allowedOrigin("https://b.example")).isEmpty();
    }
}
