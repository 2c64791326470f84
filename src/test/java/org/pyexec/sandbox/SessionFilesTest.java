package org.pyexec.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pyexec.sandbox.SessionFileOrders.assertUnread;
import static org.pyexec.sandbox.SessionFileOrders.list;
import static org.pyexec.sandbox.SessionFileOrders.names;
import static org.pyexec.sandbox.SessionFileOrders.put;
import static org.pyexec.sandbox.SessionFileOrders.read;
import static org.pyexec.sandbox.SessionFileOrders.remove;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are put into sessions, listed, read and removed there between two programs, on every tier. */
class SessionFilesTest extends OnEveryTier {

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void clientAndProgramsShareFiles(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertThat(names(session)).isEmpty();
            FilesReport created = put(session, "data/in.csv", "a,b\n1,2\n");
            assertThat(created.outcome()).as(created.sentence()).isEqualTo(FilesReport.Outcome.CREATED);
            assertThat(created.files().get(0).path()).isEqualTo("data/in.csv");
            assertThat(created.files().get(0).size()).isEqualTo(8);
            assertThat(created.files().get(0).modified()).isAfter(Instant.now().minusSeconds(60));
            TestSandbox.Result result =
                    run(session, "print(open('data/in.csv').read())\nopen('out.txt', 'w').write('out')");
            assertThat(result.stdout()).isEqualTo("a,b\n1,2\n\n");
            assertThat(result.files()).containsOnlyKeys("out.txt");
            assertThat(names(session)).containsExactly("data/in.csv", "out.txt");
            assertThat(read(session, "out.txt")).isEqualTo("out".getBytes(UTF_8));
            assertThat(put(session, "out.txt", "").outcome()).isEqualTo(FilesReport.Outcome.REPLACED);
            assertThat(read(session, "out.txt")).isEmpty();
            assertThat(remove(session, "data/in.csv").outcome()).isEqualTo(FilesReport.Outcome.REMOVED);
            assertThat(remove(session, "data/in.csv").outcome()).isEqualTo(FilesReport.Outcome.MISSING);
            assertUnread(session, "data/in.csv", FilesReport.Outcome.MISSING);
            assertThat(run(session, "import os\nos.path.exists('data/in.csv'), os.path.getsize('out.txt')")
                            .report()
                            .results()
                            .orElseThrow()
                            .result()
                            .orElseThrow())
                    .contains("(False, 0)");
            assertGoesOn(session);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void largeFilesGoInAndOutAsTheyAre(TestSandbox sandbox) throws Exception {
        byte[] large = new byte[20 << 20];
        for (int i = 0; i < large.length; i += 1000) {
            large[i] = (byte) (i / 1000);
        }
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertThat(put(session, "large", large).outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            assertThat(Arrays.equals(read(session, "large"), large)).isTrue();
            assertThat(run(session, "1").files()).isEmpty();
        }
    }

    /** What does not fit is refused, what was there stays, and the session goes on. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void fullDiskIsTold(TestSandbox sandbox) throws Exception {
        byte[] large = new byte[20 << 20];
        Arrays.fill(large, (byte) 'x');
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertThat(put(session, "kept", "kept").outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            for (int number = 0; number < 3; number++) {
                assertThat(put(session, "large" + number, large).outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            }
            for (String name : List.of("one-more", "kept")) {
                FilesReport full = put(session, name, large);
                assertThat(full.outcome()).isEqualTo(FilesReport.Outcome.FULL);
                assertThat(full.sentence()).contains("64 MB");
            }
            assertThat(names(session)).containsExactly("kept", "large0", "large1", "large2");
            assertThat(read(session, "kept")).isEqualTo("kept".getBytes(UTF_8));
            assertThat(remove(session, "large0").outcome()).isEqualTo(FilesReport.Outcome.REMOVED);
            assertThat(put(session, "one-more", large).outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            assertGoesOn(session);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void nothingLeadsOutOfTheFolder(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertOpen(run(session, """
                    import os
                    os.symlink('/etc/passwd', 'passwd')
                    os.symlink('/etc', 'etc')
                    os.symlink('..', 'up')
                    try: os.mkfifo('fifo')
                    except OSError: os.symlink('/dev/null', 'fifo')
                    os.mkdir('folder')
                    open('one', 'w').write('1')
                    os.link('one', 'two')
                    with open('hole', 'wb') as file: file.truncate(30 << 20)
                    """));
            for (String path : List.of("passwd", "fifo", "folder", "one", "two", "hole", "etc")) {
                assertUnread(session, path, FilesReport.Outcome.CONFLICT);
            }
            for (String path : List.of("etc/passwd", "up/work/one", "fifo/x", "one/x")) {
                assertUnread(session, path, FilesReport.Outcome.MISSING);
                assertThat(remove(session, path).outcome()).as(path).isEqualTo(FilesReport.Outcome.MISSING);
                assertThat(put(session, path, "x").outcome()).as(path).isEqualTo(FilesReport.Outcome.CONFLICT);
            }
            assertThat(put(session, "folder", "x").outcome()).isEqualTo(FilesReport.Outcome.CONFLICT);
            assertThat(remove(session, "folder").outcome()).isEqualTo(FilesReport.Outcome.CONFLICT);
            FilesReport listed = list(session);
            assertThat(listed.files().stream().map(FilesReport.Entry::path)).containsExactly("hole");
            assertThat(listed.skippedFiles().stream().map(SkippedFile::filename))
                    .containsExactly("etc", "fifo", "one", "passwd", "two", "up");
            assertThat(listed.skippedFileCount()).isEqualTo(6);
            assertThat(put(session, "passwd", "mine").outcome()).isEqualTo(FilesReport.Outcome.REPLACED);
            assertThat(put(session, "fifo", "mine").outcome()).isEqualTo(FilesReport.Outcome.REPLACED);
            assertThat(remove(session, "etc").outcome()).isEqualTo(FilesReport.Outcome.REMOVED);
            assertThat(read(session, "passwd")).isEqualTo("mine".getBytes(UTF_8));
            assertGoesOn(session);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void everyNameIsFoundAsItIsShown(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertOpen(run(session, """
                    import os
                    for name in (b'a\\nb', b'a\\\\b', b'\\xff', '\\u202eexe.txt'.encode(), b'100%', b'%0A', 'd/\\u00e9'.encode()):
                        os.makedirs(os.path.dirname(name) or b'.', exist_ok=True)
                        with open(name, 'wb') as file: file.write(name)
                    """));
            List<String> names = names(session);
            assertThat(names)
                    .containsExactlyInAnyOrder("a%0Ab", "a\\b", "%FF", "%E2%80%AEexe.txt", "100%", "%250A", "d/é");
            for (String name : names) {
                byte[] content = read(session, name);
                assertThat(put(session, name, content).outcome()).isEqualTo(FilesReport.Outcome.REPLACED);
            }
            assertThat(names(session)).isEqualTo(names);
            assertThat(run(session, "import os\nall(open(n, 'rb').read() == n for n in os.listdir(b'.') if n != b'd')")
                            .report()
                            .results()
                            .orElseThrow()
                            .result()
                            .orElseThrow())
                    .contains("True");
            assertThat(put(session, "%2F%0A", "x").outcome()).isEqualTo(FilesReport.Outcome.INVALID);
            assertThat(put(session, "x".repeat(256), "x").outcome()).isEqualTo(FilesReport.Outcome.INVALID);
            assertThat(put(session, "new%0Aline", "x").outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            assertThat(remove(session, "new%0Aline").outcome()).isEqualTo(FilesReport.Outcome.REMOVED);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void listOfManyFilesIsCutAndSaysSo(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            run(session, """
                    for number in range(100_000):
                        try: open(f'{number:06}', 'w').close()
                        except OSError: break
                        if number == 7000: break
                    """);
            FilesReport listed = list(session);
            assertThat(listed.outcome()).isEqualTo(FilesReport.Outcome.LISTED);
            assertThat(listed.cut()).isTrue();
            assertThat(listed.files()).hasSize(1000);
            assertThat(listed.files().get(999).path()).isEqualTo("000999");
            assertThat(read(session, "007000")).isEmpty();
            assertGoesOn(session);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void sessionThatHasEndedHasNoFiles(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            put(session, "a", "x");
            run(session, SessionRuns.lasting("import os\nos._exit(3)", Duration.ofSeconds(20)));
            assertThatThrownBy(() -> list(session))
                    .isInstanceOf(SessionEndedException.class)
                    .hasMessage("Program exited with status 3");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void moduleThatIsPutAheadOfTheFirstProgramIsTheOneThatIsImported(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            put(session, "statistics.py", "value = 'of the client'\n");
            put(session, "other.py", "value = 1\n");
            TestSandbox.Result result = run(session, "import statistics, other\nprint(statistics.value, other.value)");
            assertThat(result.stdout()).as(result.details()).isEqualTo("of the client 1\n");
            assertThat(result.files()).isEmpty();
            assertGoesOn(session);
        }
    }
}
