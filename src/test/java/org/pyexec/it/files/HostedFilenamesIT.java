package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Names of hosted files. */
@NeedsServer
class HostedFilenamesIT {

    private final Http http;

    HostedFilenamesIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file.txt|file.txt",
                "../../etc/passwd|passwd",
                "/etc/passwd|passwd",
                "C:\\Users\\me\\evil.txt|evil.txt",
                "a/b\\c/d.txt|d.txt",
                "with space.txt|with space.txt",
                "semi;colon.txt|semi;colon.txt",
                "grüße 漢字 😀.txt|grüße 漢字 😀.txt",
                "percent%20.txt|percent%20.txt",
                "it's.txt|it's.txt"
            })
    void nameIsALabelWithoutItsPath(String given, String kept) {
        Answer answer = http.host(given.replace("\\", "\\\\"), new byte[3]);
        if (given.contains("\\")) {
            // RFC 7578 clients send backslashes as they are; older ones escape them: both have to lose the path.
            assertThat(nameOf(answer)).isEqualTo(kept);
            answer = http.host(given, new byte[3]);
        }
        assertThat(nameOf(answer)).isEqualTo(kept);
        Answer download = http.get(answer.json().path("downloadUrl").textValue());
        assertThat(DownloadIT.filename(download)).isEqualTo(kept);
    }

    @Test
    void quotesInANameAreKept() {
        // As curl writes them, and as the HTML standard does.
        assertThat(nameOf(http.host("a\\\"b.txt", new byte[3]))).isEqualTo("a\"b.txt");
        assertThat(nameOf(http.host("a%22b.txt", new byte[3]))).isIn("a\"b.txt", "a%22b.txt");
    }

    @Test
    void controlCharactersInANameAreRemoved() {
        assertThat(nameOf(http.host("a\u0001b\u0007c\u007fd\te.txt", new byte[3])))
                .isEqualTo("abcde.txt");
    }

    @Test
    void newlineInANameBreaksNoHeader() {
        for (String newline : List.of("\n", "%0A", "%0D%0A", "\r")) {
            Answer answer = http.host("a" + newline + "X-Evil: 1.txt", new byte[3]);
            if (answer.status() == 200) {
                assertThat(nameOf(answer)).doesNotContain("\n", "\r");
                Answer download = http.get(answer.json().path("downloadUrl").textValue());
                assertThat(download.status()).isEqualTo(200);
                assertThat(download.header("X-Evil")).isEmpty();
            } else {
                Shapes.clientError(answer);
            }
        }
    }

    @Test
    void of300Characters255BytesAreKept() {
        String name = nameOf(http.host("a".repeat(300) + ".txt", new byte[3]));
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSize(255);
        assertThat(name).startsWith("a".repeat(200));
    }

    @Test
    void cutNameHasNoHalfCharacter() {
        Answer answer = http.host("x" + "漢".repeat(300), new byte[3]);
        String name = nameOf(answer);
        assertThat(name.getBytes(StandardCharsets.UTF_8).length).isBetween(253, 255);
        assertThat(name).startsWith("x漢漢").doesNotContain("\ufffd");
        assertThat(DownloadIT.filename(
                        http.get(answer.json().path("downloadUrl").textValue())))
                .isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "/", "../", "a/..", " "})
    void nameOfNothingButAPathBecomesAHarmlessLabel(String given) {
        Answer answer = http.host(given, new byte[3]);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(nameOf(answer))
                .isNotBlank()
                .isNotEqualTo("..")
                .isNotEqualTo(".")
                .doesNotContain("/");
    }

    private static String nameOf(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json().path("filename").textValue();
    }
}
