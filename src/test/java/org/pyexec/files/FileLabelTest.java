package org.pyexec.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class FileLabelTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"file.txt", "Bericht März.csv", "写真.png", "a b'c\"d;e.txt", ".bashrc", "no-extension", "👩.txt"})
    void ordinaryNameStaysAsItIs(String name) {
        assertThat(FileLabel.ofUpload(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                " ",
                ".",
                "..",
                "/",
                "\\",
                "a/",
                "a/..",
                "..\\..",
                "\u0000",
                "\r\n",
                "\u202e",
                ".\u200b.",
                "\ud800",
                "\u2028 \u2029"
            })
    void nameOfWhichNothingIsLeftBecomesFile(String name) {
        assertThat(FileLabel.ofUpload(name)).isEqualTo("file");
    }

    @ParameterizedTest
    @CsvSource({
        "../../etc/passwd, passwd",
        "/etc/passwd, passwd",
        "C:\\Users\\me\\a.txt, a.txt",
        "a/b\\c/d.txt, d.txt",
        "..\\/..\\x, x"
    })
    void pathPartsAreRemoved(String name, String label) {
        assertThat(FileLabel.ofUpload(name)).isEqualTo(label);
    }

    @Test
    void controlFormatAndLineCharactersAreRemoved() {
        assertThat(FileLabel.ofUpload(
                        "a\u0000b\r\nc\td\u007fe\u0085f\u202eg\u2066h\u200bi\ufeffj\u2028k\u2029l\udb40\udc41m.txt"))
                .isEqualTo("abcdefghijklm.txt");
    }

    @Test
    void loneSurrogatesAreRemovedAndPairsStay() {
        assertThat(FileLabel.ofUpload("a\ud83d.b\ude00.\ud83d\ude00.txt")).isEqualTo("a.b.\ud83d\ude00.txt");
    }

    @Test
    void longNameIsCutTo255BytesAndKeepsItsExtension() {
        String label = FileLabel.ofUpload("x".repeat(300) + ".csv");

        assertThat(label).hasSize(255).endsWith("xxx.csv");
    }

    @Test
    void nameOf255BytesIsNotCut() {
        String name = "x".repeat(251) + ".csv";

        assertThat(FileLabel.ofUpload(name)).isEqualTo(name);
    }

    @Test
    void characterIsNeverCutInTwo() {
        String label = FileLabel.ofUpload("😀".repeat(100) + ".png");

        assertThat(label).isEqualTo("😀".repeat(62) + ".png");
        assertThat(label.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(255);
    }

    @Test
    void endlessExtensionIsNoExtension() {
        assertThat(FileLabel.ofUpload("a." + "x".repeat(400))).isEqualTo("a." + "x".repeat(253));
    }

    @Test
    void generatedFileKeepsItsFolders() {
        assertThat(FileLabel.ofGenerated("plots/2026/a b.png")).isEqualTo("plots/2026/a b.png");
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/passwd, etc/passwd",
        "a//b, a/b",
        "../x, file/x",
        "a/./b, a/file/b",
        "a/.., a/file",
        "/, file",
        "a\\..\\b/c, a\\..\\b/c"
    })
    void generatedPathNeverLeavesItsFolder(String path, String label) {
        assertThat(FileLabel.ofGenerated(path)).isEqualTo(label);
    }

    @Test
    void whatIsInvisibleInAGeneratedPathIsEncodedAndNothingElseIsChanged() {
        assertThat(FileLabel.ofGenerated(" a\nb/" + "y".repeat(300) + "/c\u202e.txt "))
                .isEqualTo(" a%0Ab/" + "y".repeat(300) + "/c%E2%80%AE.txt ");
        assertThat(FileLabel.ofGenerated("\ud83d\udc69\u200d\ud83d\ude80 100%.txt"))
                .isEqualTo("\ud83d\udc69\u200d\ud83d\ude80 100%.txt");
    }

    @ParameterizedTest
    @CsvSource({"a/b/c.txt, c.txt", "c.txt, c.txt", "a\\c.txt, a\\c.txt"})
    void lastComponentIsWhatFollowsTheLastFolder(String label, String last) {
        assertThat(FileLabel.lastComponent(label)).isEqualTo(last);
    }
}
