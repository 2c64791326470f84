package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8PiecesTest {

    private static String decodedIn(int size, byte[] all) {
        Utf8Pieces pieces = new Utf8Pieces();
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < all.length; at += size) {
            String next = pieces.next(Arrays.copyOfRange(all, at, Math.min(at + size, all.length)));
            assertThat(next).isEqualTo(new String(next.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
            text.append(next);
        }
        return text.append(pieces.end()).toString();
    }

    @Test
    void charactersAreWholeHoweverTheyAreCut() {
        String text = "aé日😀\n".repeat(20);
        for (int size = 1; size < 12; size++) {
            assertThat(decodedIn(size, text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        }
    }

    @Test
    void whatIsNotUtf8IsReplacedAsIfDecodedAtOnce() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[40];
            random.nextBytes(bytes);
            String atOnce = new String(bytes, StandardCharsets.UTF_8);
            assertThat(decodedIn(1 + round % 7, bytes)).isEqualTo(atOnce);
        }
    }

    @Test
    void aCharacterThatIsNeverCompletedIsReplacedAtTheEnd() {
        Utf8Pieces pieces = new Utf8Pieces();
        assertThat(pieces.next(new byte[] {'a', (byte) 0xe2, (byte) 0x82})).isEqualTo("a");
        assertThat(pieces.end()).isEqualTo("\ufffd");
    }
}
