package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Files that programs leave behind. */
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
    void filesAtAnyDepthAreListedByRelativePathSortedByName() {
        JsonNode files = files("""
                import os
                os.makedirs('b/deep/er')
                os.makedirs('empty')
                for name in ['z.txt', 'b/x.txt', 'b/deep/er/y.txt', 'a.txt', '.hidden', 'B.txt']:
                    open(name, 'w').write(name)
                """);
        List<String> names = Json.texts(files, "filename");
        assertThat(names).containsExactlyInAnyOrder("z.txt", "b/x.txt", "b/deep/er/y.txt", "a.txt", ".hidden", "B.txt");
        assertThat(names).isSorted();
    }

    /** Whoever saves all files of an answer in one folder has all of them. */
    @Test
    void filesOfTheSameNameInTwoFoldersAreSavedUnderTwo() {
        JsonNode files = files("""
                import os
                for folder in ['x', 'y', 'x/y']:
                    os.makedirs(folder)
                for name in ['out.txt', 'x/out.txt', 'y/out.txt', 'x/y/out.txt', 'x%2Fout.txt', 'x_out.txt', 'ü', 'ö', '_', 'a\\\\b', 'a_b']:
                    open(name, 'w').write(name)
                """);
        List<String> names = new ArrayList<>();
        List<String> standIns = new ArrayList<>();
        for (JsonNode file : files) {
            Answer download = http.get(file.path("downloadUrl").textValue());
            assertThat(download.text()).isEqualTo(file.path("filename").textValue());
            String name = DownloadIT.filename(download);
            names.add(name);
            standIns.add(download.required("Content-Disposition").replaceFirst("; filename\\*=.*", ""));
        }
        assertThat(names)
                .hasSize(11)
                .doesNotHaveDuplicates()
                .contains("out.txt", "x%2Fout.txt", "y%2Fout.txt", "x%2Fy%2Fout.txt");
        assertThat(standIns).doesNotHaveDuplicates();
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
    void programCachesAndEmptyFoldersAreNotListed() {
        JsonNode files = files("""
                import os
                for folder in ['__pycache__', '.cache/x', '.config/y', 'sub/__pycache__', 'nothing']:
                    os.makedirs(folder)
                for name in ['__pycache__/a.pyc', '.cache/x/b', '.config/y/c', 'sub/__pycache__/d.pyc', 'sub/e.txt']:
                    open(name, 'w').write('x')
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("sub/e.txt");
    }

    @Test
    void importedHelperLeavesNoCompiledFile() {
        JsonNode files = files("""
                open('helper.py', 'w').write('value = 42')
                import importlib
                importlib.invalidate_caches()
                import helper
                assert helper.value == 42
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("helper.py");
    }

    @Test
    void replacedFileIsListedOnceWithItsLastContent() {
        JsonNode files = files("""
                import os
                open('a.txt', 'w').write('first')
                open('b.txt', 'w').write('second')
                os.rename('b.txt', 'a.txt')
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("a.txt");
        assertThat(http.get(files.path(0).path("downloadUrl").textValue()).text())
                .isEqualTo("second");
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
