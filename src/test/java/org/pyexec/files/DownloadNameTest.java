package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"out.txt", "grüße 漢字 😀.txt", "100% sure.csv", "percent%20.txt", "a%0Ab", "a\\b.txt", ".hidden"})
    void nameWithoutFoldersStaysAsItIs(String label) {
        assertThat(DownloadName.of(label)).isEqualTo(label);
    }

    @ParameterizedTest
    @CsvSource({
        "x/out.txt, x%2Fout.txt",
        "a/b c/d, a%2Fb c%2Fd",
        "x%2Fout.txt, x%252Fout.txt",
        "x%25252Fout.txt, x%2525252Fout.txt",
        "100%/out.txt, 100%%2Fout.txt",
        "%3A%2F%2Fhost, %3A%252F%252Fhost"
    })
    void foldersBecomePartOfTheName(String label, String name) {
        assertThat(DownloadName.of(label)).isEqualTo(name);
    }

    @Test
    void twoFilesNeverHaveTheSameName() {
        String deep = "d/".repeat(500);
        String wide = "\u6f22".repeat(85); // 255 bytes
        List<String> labels = Stream.of(
                        "out.txt",
                        "x/out.txt",
                        "y/out.txt",
                        "x_out.txt",
                        "x_2Fout.txt",
                        "x%2Fout.txt",
                        "x%252Fout.txt",
                        "x%/out.txt",
                        "x%25/out.txt",
                        "x/%2Fout.txt",
                        "x%2F/out.txt",
                        "a\\b",
                        "a_b",
                        "a/b",
                        "a b",
                        "a%b",
                        "ä.txt",
                        "ö.txt",
                        "_.txt",
                        "é",
                        "e\u0301",
                        deep + "a.txt",
                        deep + "b.txt",
                        deep + "c/a.txt",
                        wide + "/1",
                        wide + "/2",
                        wide)
                .toList();
        List<String> names = labels.stream().map(DownloadName::of).toList();
        assertThat(names).doesNotHaveDuplicates();
        assertThat(names.stream().map(DownloadName::ascii)).doesNotHaveDuplicates();
    }

    @Test
    void anyNameCanBeOneOfAFileAndKeepsItsExtension() {
        for (String label : List.of("d/".repeat(2000) + "a.png", "ü".repeat(120) + "/" + "%0A".repeat(80) + ".png")) {
            String name = DownloadName.of(label);
            for (String saved : List.of(name, DownloadName.ascii(name))) {
                assertThat(saved.getBytes(UTF_8)).hasSizeBetween(100, 255);
                assertThat(saved).doesNotContain("/").endsWith(".png");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a b;c`d.txt, a b;c`d.txt",
        "ü\".txt, __~081cd8bdbd7d.txt",
        "100%!.txt, 100_!~2405f7d28680.txt",
        "\uD83D\uDE00, _~f0443a342c5e"
    })
    void standInIsAsciiAndMarkedWhereItIsNotTheName(String name, String standIn) {
        assertThat(DownloadName.ascii(name)).isEqualTo(standIn);
    }
}
