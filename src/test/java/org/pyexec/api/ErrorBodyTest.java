package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ErrorBodyTest {

    private static String message(String text) {
        return String.valueOf(
                ErrorBody.of("Bad request", text, "id", Instant.EPOCH).message());
    }

    @Test
    void messageIsASentenceAsItIs() {
        assertThat(message("The name 'x' is wrong.")).isEqualTo("The name 'x' is wrong.");
    }

    @Test
    void messageThatRepeatsMegabytesIsCutBetweenCharacters() {
        String cut = message("a" + "\ud83d\ude00".repeat(1 << 20));
        assertThat(cut).hasSizeLessThan(1_100).startsWith("a\ud83d\ude00").endsWith("\ude00…");
    }
}
