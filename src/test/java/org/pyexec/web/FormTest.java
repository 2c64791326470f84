package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.mimepull.DecodingException;

class FormTest {

    private static final String DISPOSITION = "Content-Disposition: form-data; name=\"file\"";

    @TempDir
    Path folder;

    private Form read(String body) throws Exception {
        return Form.read(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), "b", folder);
    }

    private static String part(String head, String content) {
        return "--b\r\n" + head + "\r\n\r\n" + content + "\r\n";
    }

    private static String text(Form.Part part) throws Exception {
        try (InputStream content = part.open()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private long filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void partsAreFoundByTheirNamesInTheirOrder() throws Exception {
        String other = "Content-Disposition: form-data; name=\"other\"";
        try (Form form = read(part(DISPOSITION, "one") + part(other, "x") + part(DISPOSITION, "two") + "--b--\r\n")) {
            assertThat(form.parts("file")).hasSize(2);
            assertThat(text(form.parts("file").get(0))).isEqualTo("one");
            assertThat(text(form.parts("file").get(1))).isEqualTo("two");
            assertThat(form.parts("none")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "; filename*=UTF-8''",
                "; filename*=UTF-8''漢.txt",
                "; filename*=koi8-r''%c1",
                "; filename*",
                "; filename=\"never closed",
                "; filename=漢.txt",
                "; size=many; creation-date=\"once\"",
                "\r\nContent-Type: what is this",
                "\r\nContent-Type: a/b; charset"
            })
    void whatIsOddInAHeadIsNoReasonToRefuseTheFile(String odd) throws Exception {
        try (Form form = read(part(DISPOSITION + odd, "x") + "--b--\r\n")) {
            assertThat(text(form.parts("file").get(0))).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data",
                "Content-Disposition: form-data; filename=\"a.txt\"",
                "Content-Disposition: attachment; name=\"file\"",
                "X: y"
            })
    void partWithoutANameIsMalformedAndLeavesNothing(String head) throws Exception {
        String large = "x".repeat(100_000);
        assertThatThrownBy(() -> read(part(DISPOSITION, large) + part(head, large) + "--b--\r\n"))
                .isInstanceOf(Form.MalformedException.class);
        assertThat(filesLeft()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--b", "--b\r\n", "no form at all"})
    void whatHasNoEndIsMalformed(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(Form.MalformedException.class);
        assertThatThrownBy(() -> read(part(DISPOSITION, "x"))).isInstanceOf(Form.MalformedException.class);
    }

    @Test
    void largePartIsInTheFolderUntilTheFormIsClosed() throws Exception {
        String large = "0123456789".repeat(10_000);
        try (Form form = read(part(DISPOSITION, large) + "--b--\r\n")) {
            assertThat(filesLeft()).isEqualTo(1);
            assertThat(text(form.parts("file").get(0))).isEqualTo(large);
        }
        assertThat(filesLeft()).isZero();
    }

    @Test
    void contentIsDecodedWhereItsCodingIsKnown() throws Exception {
        String head = DISPOSITION + "\r\nContent-Transfer-Encoding: ";
        for (String known : new String[] {"base64", "BASE64"}) {
            try (Form form = read(part(head + known, "eHl6") + "--b--\r\n")) {
                assertThat(text(form.parts("file").get(0))).isEqualTo("xyz");
            }
        }
        try (Form form = read(part(head + "nonsense", "x") + "--b--\r\n")) {
            assertThatThrownBy(() -> text(form.parts("file").get(0))).isInstanceOf(Form.MalformedException.class);
        }
        try (Form form = read(part(head + "base64", "e") + "--b--\r\n")) {
            assertThatThrownBy(() -> text(form.parts("file").get(0))).isInstanceOf(DecodingException.class);
        }
    }
}
