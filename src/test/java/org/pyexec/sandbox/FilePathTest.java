package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilePathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a/b.txt", "..a", "a..", "...", ".hidden", "main.py", "a\nb", "%00", "a\\..\\b", "é/日本"})
    void anyNameOfAFileIsOne(String path) {
        assertThat(new FilePath(path).shown()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/../b",
                "a/./b",
                "a/..",
                "a\0b",
                "\ud800",
                "a/\udc00"
            })
    void whatLeadsElsewhereIsNone(String path) {
        assertThatThrownBy(() -> new FilePath(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void lengthAndDepthAreBounded() {
        new FilePath("d/".repeat(31) + "f");
        assertThatThrownBy(() -> new FilePath("d/".repeat(32) + "f")).hasMessageContaining("32 folders");
        new FilePath("x".repeat(3072));
        assertThatThrownBy(() -> new FilePath("x".repeat(3073))).hasMessageContaining("longer");
        assertThatThrownBy(() -> new FilePath("é".repeat(1600))).hasMessageContaining("longer");
    }
}
