package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Attacks by files that programs leave behind, such as links and devices, and the limit of their number. */
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class HostileFilesIT {

    private final Http http;

    HostileFilesIT(Http http) {
        this.http = http;
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
    void bytesOfANameThatAreNotUtf8ArePercentEncoded() {
        JsonNode file = files("open(b'caf\\xe9.txt', 'w').write('x')").path(0);
        assertThat(file.path("filename").textValue()).isEqualTo("caf%E9.txt");
        assertThat(http.get(file.path("downloadUrl").textValue()).text()).isEqualTo("x");
    }

    @Test
    void filesThatDifferHaveDifferentNames() {
        JsonNode files = files("""
                import os
                for name in [b'a\\nb', b'a\\tb', b'ab', b'a%0Ab', b'a%250Ab', b'a\\\\b', b'a%5Cb', b'\\xe9', b'\\xe8',
                             b'%E9', '\u202eab'.encode(), b' ab', b'ab ']:
                    open(name, 'wb').write(name)
                os.mkdir('a')
                open('a/b', 'wb').write(b'a/b')
                """);
        assertThat(files).hasSize(14);
        assertThat(Json.texts(files, "filename"))
                .doesNotHaveDuplicates()
                .contains("a\\b", "a%5Cb", "a/b", "ab", " ab", "ab ", "a%0Ab", "a%09b", "%E9");
        files.forEach(file -> {
            Answer download = http.get(file.path("downloadUrl").textValue());
            String name = file.path("filename").textValue();
            assertThat(DownloadIT.filename(download)).isEqualTo(name.replace("/", "%2F"));
        });
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
    void programsAtTheSameTimeNeverSeeEachOthersFiles() {
        String program = """
                import os, time
                print(time.time(), flush=True)
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
        ObjectNode first = Shapes.failure(one.join(), "timeout");
        ObjectNode second = Shapes.failure(two.join(), "timeout");
        assertThat(beginning(first)).isCloseTo(beginning(second), within(5.0)); // they ran for six seconds
        assertThat(Json.texts(first.path("generatedFiles"), "filename")).contains("one.txt");
        assertThat(Json.texts(first.path("generatedFiles"), "filename")).doesNotContain("two.txt");
        assertThat(Json.texts(second.path("generatedFiles"), "filename")).contains("two.txt");
        assertThat(Json.texts(second.path("generatedFiles"), "filename")).doesNotContain("one.txt");
    }

    private static double beginning(ObjectNode answer) {
        return Double.parseDouble(answer.path("output").textValue());
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
}
