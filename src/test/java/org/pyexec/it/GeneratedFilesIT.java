package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files that programs leave behind. */
@ExtendWith(SharedServer.class)
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
    void linksPipesSocketsAndDevicesAreNotOpened() {
        ObjectNode json = Shapes.success(http.execute("""
                import os, socket
                open('real.txt', 'w').write('real')
                open('twice.txt', 'w').write('twice')
                os.link('twice.txt', 'hard.txt')
                os.symlink('/etc/passwd', 'passwd.txt')
                os.symlink('real.txt', 'soft.txt')
                os.symlink('/etc', 'folder')
                os.symlink('missing', 'dangling')
                os.mkfifo('pipe')
                s = socket.socket(socket.AF_UNIX)
                s.bind('socket')
                """));
        assertThat(Json.texts(json.path("generatedFiles"), "filename")).containsExactly("real.txt");
    }

    @Test
    void fileThatTheProgramMadeUnreadableIsListed() {
        JsonNode file = files("""
                import os
                open('secret.txt', 'w').write('x')
                os.chmod('secret.txt', 0)
                """).path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("secret.txt");
        assertThat(http.get(file.path("downloadUrl").textValue()).text()).isEqualTo("x");
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
    void filesOutsideTheWorkingFolderAreNotListed() {
        ObjectNode json = Shapes.success(http.execute("""
                import os, tempfile
                folder = tempfile.mkdtemp()
                outside = os.path.join(folder, 'outside.txt')
                open(outside, 'w').write('x')
                open('inside.txt', 'w').write('x')
                assert not os.path.realpath(outside).startswith(os.path.realpath('.') + os.sep)
                """));
        assertThat(Json.texts(json.path("generatedFiles"), "filename")).containsExactly("inside.txt");
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
    void bytesOfANameThatAreNotUtf8AreReplaced() {
        JsonNode file = files("open(b'caf\\xe9.txt', 'w').write('x')").path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("caf\ufffd.txt");
        assertThat(http.get(file.path("downloadUrl").textValue()).text()).isEqualTo("x");
    }

    @Test
    void hostileNameBreaksNoHeader() {
        JsonNode files = files("""
                for name in ['a"b.txt', 'c\\r\\nX-Evil: 1.txt', 'd;e.txt', 'é漢😀.txt', 'f%22.txt', "g'h.txt"]:
                    open(name, 'w').write('x')
                """);
        assertThat(files).hasSize(6);
        files.forEach(file -> {
            Answer download = http.get(file.path("downloadUrl").textValue());
            assertThat(download.text()).isEqualTo("x");
            assertThat(download.header("X-Evil")).isEmpty();
            assertThat(download.required("Content-Disposition")).startsWith("attachment;");
        });
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
    void atMostHundredFilesAreKeptAndTheOthersNamed() {
        ObjectNode json = Shapes.success(http.execute("""
                for i in range(105):
                    open(f'{i:03}.txt', 'w').write('x')
                """));
        assertThat(json.path("generatedFiles")).hasSize(100);
        JsonNode skipped = json.at("/run/skippedFiles");
        assertThat(skipped).hasSize(5);
        assertThat(json.at("/run/skippedFileCount").intValue()).isEqualTo(5);
        skipped.forEach(file -> {
            assertThat(Json.fields(file)).containsExactly("filename", "reason");
            assertThat(file.path("reason").textValue()).isNotBlank();
        });
        List<String> all = new ArrayList<>(Json.texts(json.path("generatedFiles"), "filename"));
        all.addAll(Json.texts(skipped, "filename"));
        assertThat(all).hasSize(105).doesNotHaveDuplicates();
    }

    @Test
    void atMostHundredSkippedFilesAreNamedAndAllAreCounted() {
        ObjectNode json = Shapes.success(http.execute("""
                for i in range(250):
                    open(f'{i:03}.txt', 'w').write('x')
                """));
        assertThat(json.path("generatedFiles")).hasSize(100);
        assertThat(json.at("/run/skippedFiles")).hasSize(100);
        assertThat(json.at("/run/skippedFileCount").intValue()).isEqualTo(150);
    }

    @Test
    void fileOfExactlyTwentyMegabytesIsKeptAndALargerOneSkipped() {
        ObjectNode json = Shapes.success(http.execute("""
                n = 20 * 1024 * 1024
                open('fits.bin', 'wb').write(b'x' * n)
                open('large.bin', 'wb').write(b'x' * (n + 1))
                """));
        assertThat(Json.texts(json.path("generatedFiles"), "filename")).containsExactly("fits.bin");
        assertThat(json.at("/generatedFiles/0/size").intValue()).isEqualTo(20 * 1024 * 1024);
        assertThat(Json.texts(json.at("/run/skippedFiles"), "filename")).containsExactly("large.bin");
        assertThat(json.at("/run/skippedFiles/0/reason").textValue()).contains("20");
    }

    @Test
    void atMostFiftyMegabytesAreKeptTogether() {
        ObjectNode json = Shapes.success(http.execute("""
                for name in 'abc':
                    open(name + '.bin', 'wb').write(b'x' * (18 * 1024 * 1024))
                """));
        assertThat(json.path("generatedFiles")).hasSize(2);
        assertThat(json.at("/run/skippedFiles")).hasSize(1);
        assertThat(json.at("/run/skippedFiles/0/reason").textValue()).contains("50");
    }

    @Test
    void filesDeeperThanThirtyTwoFoldersAreLeftOut() {
        ObjectNode json = Shapes.success(http.execute("""
                import os
                os.makedirs('/'.join(['d'] * 20))
                open('/'.join(['d'] * 20 + ['in.txt']), 'w').write('x')
                os.makedirs('/'.join(['e'] * 40))
                open('/'.join(['e'] * 40 + ['out.txt']), 'w').write('x')
                """));
        assertThat(Json.texts(json.path("generatedFiles"), "filename")).containsExactly("d/".repeat(20) + "in.txt");
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

    @Test
    void programsAtTheSameTimeNeverSeeEachOthersFiles() {
        String program = """
                import os
                open('%1$s.txt', 'w').write('%1$s')
                open('/tmp/%1$s.txt', 'w').write('%1$s')
                folders = [f for f in ['.', '/tmp', '/dev/shm', '/var/tmp'] if os.path.isdir(f)]
                while True:
                    seen = {name for folder in folders for name in os.listdir(folder)}
                    if '%2$s.txt' in seen:
                        print('saw the other', flush=True)
                        break
                """;
        CompletableFuture<Answer> one = http.executeLater(program.formatted("one", "two"), 6);
        CompletableFuture<Answer> two = http.executeLater(program.formatted("two", "one"), 6);
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        http.get("/health").json().at("/executions/running").intValue() >= 2);
        ObjectNode first = Shapes.failure(one.join(), "timeout");
        ObjectNode second = Shapes.failure(two.join(), "timeout");
        assertThat(Json.texts(first.path("generatedFiles"), "filename")).contains("one.txt");
        assertThat(Json.texts(first.path("generatedFiles"), "filename")).doesNotContain("two.txt");
        assertThat(Json.texts(second.path("generatedFiles"), "filename")).contains("two.txt");
        assertThat(Json.texts(second.path("generatedFiles"), "filename")).doesNotContain("one.txt");
    }

    @Test
    void programSeesNothingOfTheOneBefore() {
        Shapes.success(http.execute("""
                import os
                open('left.txt', 'w').write('x')
                for folder in ['/tmp', '/dev/shm', os.path.expanduser('~')]:
                    try:
                        open(folder + '/left-behind.txt', 'w').write('x')
                    except OSError:
                        pass
                """));
        ObjectNode json = Shapes.success(http.execute("""
                import os
                found = [os.path.join(folder, name)
                         for folder in ['.', '/tmp', '/dev/shm', os.path.expanduser('~')] if os.path.isdir(folder)
                         for name in os.listdir(folder) if name.startswith('left')]
                print(found)
                """));
        assertThat(json.path("output").textValue()).isEqualTo("[]\n");
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
