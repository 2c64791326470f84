package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.http.ExtendedValue;

class MultipartFilenameTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "form-data; name=\"file\"; filename=\"a.txt\"|a.txt",
                "form-data; filename=a.txt; name=file|a.txt",
                "form-data; FileName = \"a;b=c.txt\"|a;b=c.txt",
                "form-data; filename=\"a\\\"b.txt\"|a\"b.txt",
                "form-data; filename=\"C:\\\\dir\\\\a.txt\"|C:\\dir\\a.txt",
                "form-data; filename=\"C:\\dir\\a.txt\"|C:\\dir\\a.txt",
                "form-data; name=\"x; filename=wrong\"; filename=\"right\"|right",
                "form-data; filename=\"never closed|never closed",
            })
    void theNameIsReadAsClientsWriteIt(String header, String name) {
        assertThat(MultipartFilename.parameter(header, "filename")).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"form-data", "form-data; name=\"file\"", "form-data;", "", "form-data; filename", "=;=;="})
    void withoutTheParameterThereIsNoName(String header) {
        assertThat(MultipartFilename.parameter(header, "filename")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "UTF-8''%e2%82%ac%20rates.txt|€ rates.txt",
                "utf-8'en'a.txt|a.txt",
                "iso-8859-1''%A3.txt|£.txt",
                "UTF-8''|##",
            })
    void extendedValuesAreDecoded(String value, String name) {
        assertThat(ExtendedValue.decode(value)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.txt",
                "UTF-8'a.txt",
                "UTF-8''%",
                "UTF-8''%4",
                "UTF-8''%zz",
                "UTF-8''%４１",
                "UTF-8''%ff",
                "koi8-r''a",
                ""
            })
    void whatIsNoExtendedValueIsNone(String value) {
        assertThat(ExtendedValue.decode(value)).isNull();
    }

    @Test
    void anEmptyNameIsAName() {
        assertThat(MultipartFilename.parameter("form-data; filename=\"\"", "filename"))
                .isEmpty();
    }

    @Test
    void aLongHeaderOfBackslashesIsReadInOneGo() {
        String backslashes = "\\".repeat(1_000_000);

        assertThat(MultipartFilename.parameter("form-data; filename=\"" + backslashes + "\"", "filename"))
                .hasSizeGreaterThan(400_000);
    }
}
