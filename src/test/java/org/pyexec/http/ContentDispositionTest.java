package org.pyexec.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentDispositionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "a.txt|attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt",
                "a b.txt|attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt",
                "ü\".txt|attachment; filename=\"__~081cd8bdbd7d.txt\"; filename*=UTF-8''%C3%BC%22.txt",
                "100%'.txt|attachment; filename=\"100_'~1ed3e76c9bef.txt\"; filename*=UTF-8''100%25%27.txt",
                "\uD83D\uDE00|attachment; filename=\"_~f0443a342c5e\"; filename*=UTF-8''%F0%9F%98%80",
            })
    void theNameIsThereInAsciiAndInFull(String name, String header) {
        assertThat(ContentDisposition.attachment(name)).isEqualTo(header);
    }
}
