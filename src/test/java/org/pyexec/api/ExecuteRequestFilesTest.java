package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.Inputs;

/** What requests say about files: their names, their contents, how many and how large they may be. */
class ExecuteRequestFilesTest extends ExecuteRequestFixture {

    @Test
    void filesByTokenAreNotHeldInMemory() throws IOException {
        String token = hosted(1 << 20).token();

        assertThat(readWith("\"files\": [{\"filename\": \"a\", \"token\": \"%s\"}]".formatted(token))
                        .program()
                        .heldBytes())
                .isLessThan(1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../a",
                "a/../b",
                "a/..",
                "..",
                ".",
                "./",
                "./..",
                ".//../a",
                "/./a",
                "a/.",
                "./main.py",
                "a/",
                "",
                "a\\u0000b",
                "a\\nb",
                "a\\u007fb",
                "a\\u0085b",
                "\\ud800",
                "main.py",
                "main.py/a"
            })
    void namesThatAreNoPlaceBelowTheWorkingDirectoryAreRefused(String filename) {
        assertRefused("Invalid files", "\"files\": [{\"filename\": \"%s\", \"content\": \"\"}]".formatted(filename));
    }

    @ParameterizedTest
    @CsvSource({
        "./a, a",
        "././a/b, a/b",
        ".//a, a",
        "a//b, a/b",
        "a/./b, a/b",
        "a/././/b, a/b",
        ".a/..b, .a/..b",
        "a./b, a./b"
    })
    void componentsThatLeadNowhereAreLeftOut(String filename, String kept) throws IOException {
        Inputs inputs = readWith("\"files\": [{\"filename\": \"%s\", \"content\": \"\"}]".formatted(filename))
                .inputs();

        assertThat(inputs.files()).extracting(InputFile::filename).containsExactly(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+/8AAQ==",
                "-_8AAQ==",
                "+/8AAQ",
                "+/8A\\r\\nAQ==\\r\\n",
                " +/8A\\tAQ= =",
                "data:application/octet-stream;base64,+/8AAQ==",
                "DATA:;Base64,+/8AAQ==",
                "\\ndata:text/plain;charset=utf-8;base64,\\n-_8AAQ"
            })
    void base64IsReadInAllTheWaysInWhichItIsWritten(String text) throws Exception {
        Inputs inputs = readWith("\"files\": [{\"filename\": \"a\", \"base64\": \"%s\"}]".formatted(text))
                .inputs();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        inputs.files().get(0).content().writeTo(Channels.newChannel(written));

        assertThat(written.toByteArray()).containsExactly(0xfb, 0xff, 0x00, 0x01);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "AA===",
                "A=A=",
                "data:text/plain,AA==",
                "data:;base64;AA==",
                "AAAA*AAA",
                "AAA\u00e9",
                "=AAA"
            })
    void whatIsNoBase64IsRefused(String text) {
        assertRefused("Invalid files", "\"files\": [{\"filename\": \"a\", \"base64\": \"%s\"}]".formatted(text));
    }

    @Test
    void namesMayBeLongDeepAndInAnyLanguage() throws IOException {
        String deep = "d/".repeat(31) + "e".repeat(255);
        for (String filename : new String[] {deep, "日本語 data.csv", "a b/c", "...", ".hidden", "a\\\\b"}) {
            assertThat(readWith("\"files\": [{\"filename\": \"%s\", \"content\": \"\"}]".formatted(filename))
                            .inputs()
                            .files())
                    .hasSize(1);
        }
    }

    @Test
    void namesThatAreTooLongOrTooDeepAreRefused() {
        for (String filename : new String[] {"e".repeat(256), "é".repeat(128), "d/".repeat(32) + "e"}) {
            assertRefused(
                    "Invalid files", "\"files\": [{\"filename\": \"%s\", \"content\": \"\"}]".formatted(filename));
        }
    }

    @Test
    void moreThanAHundredFilesAreRefused() throws IOException {
        assertThat(readWith(files(100)).inputs().files()).hasSize(100);
        assertRefused("Invalid input", files(101));
    }

    private static String files(int count) {
        return IntStream.range(0, count)
                .mapToObj("{\"filename\": \"f%d\", \"content\": \"\"}"::formatted)
                .collect(Collectors.joining(",", "\"files\": [", "]"));
    }

    @Test
    void filesAreTwentyMegabytesAtMostAndFiftyTogether() throws IOException {
        String large = hosted(20 << 20).token();
        String rest = hosted(10 << 20).token();
        String more = hosted((20 << 20) + 1).token();

        assertThat(readWith(byToken(large, large, rest)).inputs().files()).hasSize(3);
        assertRefused("Invalid input", byToken(large, large, large));
        assertRefused("Invalid files", byToken(more));
    }

    private static String byToken(String... tokens) {
        return IntStream.range(0, tokens.length)
                .mapToObj(i -> "{\"filename\": \"f%d\", \"token\": \"%s\"}".formatted(i, tokens[i]))
                .collect(Collectors.joining(",", "\"files\": [", "]"));
    }
}
