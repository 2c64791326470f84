package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Files that programs leave behind: their content, type, expiry and download. */
@NeedsServer
class GeneratedFilesIT {

    private final Http http;

    GeneratedFilesIT(Http http) {
        this.http = http;
    }

    @Test
    void exampleOfTheSpecificationGivesItsAnswer() {
        ObjectNode json = Shapes.success(http.execute("""
                with open('output.txt', 'w') as f:
                    n = f.write('x' * 1024)
                """));
        assertThat(Json.fields(json).subList(0, 4))
                .containsExactly("output", "success", "generatedFiles", "executionTime");
        assertThat(json.path("output").textValue()).isEqualTo("Code executed successfully (no output)");
        assertThat(json.path("generatedFiles")).hasSize(1);
        JsonNode file = json.path("generatedFiles").path(0);
        assertThat(Json.fields(file))
                .containsExactly("filename", "downloadUrl", "expires", "mimeType", "size", "sha256");
        assertThat(file.path("filename").textValue()).isEqualTo("output.txt");
        assertThat(file.path("downloadUrl").textValue()).matches(Shapes.DOWNLOAD_URL);
        assertThat(file.path("mimeType").textValue()).isEqualTo("text/plain");
        assertThat(file.path("size").isIntegralNumber()).isTrue();
        assertThat(file.path("size").intValue()).isEqualTo(1024);
    }

    @Test
    void generatedFileExpiresAfterTenMinutes() {
        ObjectNode json = Shapes.success(http.execute("n = open('a.txt', 'w').write('x')"));
        Instant done = Shapes.time(json.path("executionTime"));
        assertThat(Shapes.time(json.at("/generatedFiles/0/expires")))
                .isBetween(done.plusSeconds(595), done.plusSeconds(605));
    }

    @Test
    void generatedFileCanBeDownloadedWithItsBytes() {
        JsonNode file =
                files("open('data.bin', 'wb').write(bytes(range(256)) * 10)").path(0);
        Answer download = http.get(file.path("downloadUrl").textValue());
        byte[] expected = new byte[2560];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
        }
        assertThat(download.status()).isEqualTo(200);
        assertThat(download.body()).isEqualTo(expected);
        assertThat(file.path("sha256").textValue()).isEqualTo(sha256(expected));
        assertThat(download.required("ETag")).isEqualTo("\"" + sha256(expected) + "\"");
        assertThat(download.required("Content-Disposition"))
                .startsWith("attachment;")
                .contains("data.bin");
    }

    @Test
    void emptyFileIsAFile() {
        JsonNode file = files("open('empty.txt', 'w').close()").path(0);
        assertThat(file.path("size").intValue()).isZero();
        Answer download = http.get(file.path("downloadUrl").textValue());
        assertThat(download.status()).isEqualTo(200);
        assertThat(download.body()).isEmpty();
    }

    @Test
    void mimeTypeOfTextComesFromTheName() {
        JsonNode files = files("""
                for name in ['a.csv', 'b.json', 'c.html', 'd.txt']:
                    open(name, 'w').write('x')
                """);
        assertThat(Json.texts(files, "mimeType"))
                .containsExactly("text/csv", "application/json", "text/html", "text/plain");
    }

    @Test
    void mimeTypeOfANamelessKindComesFromTheContent() {
        JsonNode file = files("""
                import matplotlib.pyplot as plt
                with open('picture', 'wb') as f:
                    plt.plot([1, 2])
                    plt.savefig(f, format='png')
                """).path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("picture");
        assertThat(file.path("mimeType").textValue()).isEqualTo("image/png");
    }

    @Test
    void figureThatWasNeverSavedIsSaved() {
        JsonNode files = files("""
                import matplotlib.pyplot as plt
                plt.plot([1, 2, 3])
                plt.figure()
                plt.plot([3, 2, 1])
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("figure-1.png", "figure-2.png");
        assertThat(Json.texts(files, "mimeType")).containsOnly("image/png");
        byte[] png = http.get(files.path(0).path("downloadUrl").textValue()).body();
        assertThat(png).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void figureThatWasSavedOrClosedIsNotSavedAgain() {
        JsonNode files = files("""
                import matplotlib.pyplot as plt
                plt.plot([1, 2, 3])
                plt.savefig('mine.png')
                plt.figure()
                plt.close()
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("mine.png");
    }

    @Test
    void failedProgramsFilesAreThere() {
        ObjectNode json = Shapes.failure(
                http.execute("open('partial.txt', 'w').write('so far')\nraise ValueError('no')"), "error");
        JsonNode file = json.path("generatedFiles").path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("partial.txt");
        assertThat(http.get(file.path("downloadUrl").textValue()).text()).isEqualTo("so far");
    }

    @Test
    void timedOutProgramsFilesAreThere() {
        ObjectNode json = Shapes.failure(
                http.execute("open('partial.txt', 'w').write('so far')\nwhile True: pass", 1), "timeout");
        JsonNode file = json.path("generatedFiles").path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("partial.txt");
        assertThat(http.get(file.path("downloadUrl").textValue()).text()).isEqualTo("so far");
    }

    @Test
    void everyFileHasATokenOfItsOwn() {
        JsonNode files = files("""
                for name in 'abc':
                    open(name, 'w').write('the same')
                """);
        assertThat(Json.texts(files, "downloadUrl")).hasSize(3).doesNotHaveDuplicates();
    }

    private JsonNode files(String code) {
        return Shapes.success(http.execute(code)).path("generatedFiles");
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
