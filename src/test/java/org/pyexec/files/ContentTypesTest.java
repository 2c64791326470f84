package org.pyexec.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTypesTest {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\n....".getBytes(ISO_8859_1);
    private static final byte[] ZIP = "PK\u0003\u0004....".getBytes(ISO_8859_1);
    private static final byte[] HTML = "<html><script>alert(1)</script>".getBytes(UTF_8);

    @ParameterizedTest
    @CsvSource({
        "output.txt, text/plain",
        "OUTPUT.TXT, text/plain",
        "data.csv, text/csv",
        "a/b.c/data.json, application/json",
        "notes.ipynb, application/x-ipynb+json",
        "main.py, text/x-python",
        "README.md, text/markdown",
        "page.html, text/html",
        "plot.svg, image/svg+xml"
    })
    void textIsNamedByItsExtension(String name, String type) {
        assertThat(ContentTypes.of(name, "some text".getBytes(UTF_8))).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "a.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "a.docx, application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "a.pptx, application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "a.npz, application/x-npz",
        "a.zip, application/zip",
        "unknown, application/zip"
    })
    void zippedFormatsAreToldApartByName(String name, String type) {
        assertThat(ContentTypes.of(name, ZIP)).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GIF89a|image/gif",
                "%PDF-1.7|application/pdf",
                "PAR1....|application/vnd.apache.parquet",
                "\u0093NUMPY\u0001|application/x-npy",
                "RIFF\u0001\u0002\u0003\u0004WEBPVP8 |image/webp",
                "RIFF\u0001\u0002\u0003\u0004WAVEfmt |audio/wav",
                "\u0001\u0002\u0003\u0004ftypisom|video/mp4",
                "ID3\u0004|audio/mpeg",
                "\u00ff\u00d8\u00ff\u00e0|image/jpeg"
            },
            ignoreLeadingAndTrailingWhitespace = false)
    void signatureNamesFileWithoutExtension(String head, String type) {
        assertThat(ContentTypes.of("unknown", head.getBytes(ISO_8859_1))).isEqualTo(type);
    }

    @Test
    void imageIsNamedByItsExtensionWhenItsSignatureIsThere() {
        assertThat(ContentTypes.of("a.png", PNG)).isEqualTo("image/png");
    }

    @Test
    void htmlThatIsNamedPngIsPlainText() {
        assertThat(ContentTypes.of("a.png", HTML)).isEqualTo("text/plain");
    }

    @Test
    void pngThatIsNamedJpgIsPng() {
        assertThat(ContentTypes.of("a.jpg", PNG)).isEqualTo("image/png");
    }

    @Test
    void contentAloneNeverMakesActiveType() {
        assertThat(ContentTypes.of("unknown", HTML)).isEqualTo("text/plain");
        assertThat(ContentTypes.of("unknown.xyz", "<svg onload=x>".getBytes(UTF_8)))
                .isEqualTo("text/plain");
    }

    @Test
    void unknownUtf8IsPlainText() {
        assertThat(ContentTypes.of("LICENSE", "Größe\tin\r\nMetern ✓".getBytes(UTF_8)))
                .isEqualTo("text/plain");
    }

    @Test
    void characterCutAtTheHeadsEndIsStillText() {
        byte[] text = ("x".repeat(ContentTypes.HEAD_BYTES - 1) + "é").getBytes(UTF_8);

        assertThat(ContentTypes.of("unknown", Arrays.copyOf(text, ContentTypes.HEAD_BYTES)))
                .isEqualTo("text/plain");
    }

    @Test
    void characterCutAtTheFilesEndIsNoText() {
        assertThat(ContentTypes.of("unknown", new byte[] {'a', (byte) 0xc3})).isEqualTo("application/octet-stream");
    }

    @Test
    void controlsOrBrokenUtf8AreOctets() {
        assertThat(ContentTypes.of("unknown", new byte[] {'a', 0, 'b'})).isEqualTo("application/octet-stream");
        assertThat(ContentTypes.of("unknown", new byte[] {'a', (byte) 0xff, 'b'}))
                .isEqualTo("application/octet-stream");
    }

    @Test
    void emptyFileIsWhatItsNameSays() {
        assertThat(ContentTypes.of("empty.png", new byte[0])).isEqualTo("image/png");
        assertThat(ContentTypes.of("empty", new byte[0])).isEqualTo("text/plain");
    }
}
