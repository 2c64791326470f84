package org.pyexec.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are put into sessions, listed, read and removed there between two programs, on every tier. */
class SessionFilesTest extends OnEveryTier {

    private static FilesReport put(SandboxSession session, String path, byte[] content) throws Exception {
        return session.files(
                new FileOrder.Put(new FilePath(path), InputFile.inMemory(content)), (name, size, in) -> {});
    }

    private static FilesReport put(SandboxSession session, String path, String content) throws Exception {
        return put(session, path, content.getBytes(UTF_8));
    }

    private static FilesReport remove(SandboxSession session, String path) throws Exception {
        return session.files(new FileOrder.Remove(new FilePath(path)), (name, size, in) -> {});
    }

    private static FilesReport list(SandboxSession session) throws Exception {
        return session.files(new FileOrder.Listing(), (name, size, in) -> {});
    }

    private static List<String> names(SandboxSession session) throws Exception {
        return list(session).files().stream().map(FilesReport.Entry::path).toList();
    }

    /** What came, by name. */
    private static final class Received implements FileReceiver {
        private final Map<String, byte[]> files = new TreeMap<>();

        @Override
        public void file(String filename, long size, InputStream content) throws IOException {
            files.put(filename, content.readAllBytes());
            assertThat(files.get(filename)).hasSize((int) size);
        }
    }

    private static byte[] read(SandboxSession session, String path) throws Exception {
        Received received = new Received();
        FilesReport report = session.files(new FileOrder.Read(new FilePath(path)), received);
        assertThat(report.outcome()).as(report.sentence()).isEqualTo(FilesReport.Outcome.READ);
        assertThat(received.files).containsOnlyKeys(path);
        return Objects.requireNonNull(received.files.get(path));
    }

    private static void assertUnread(SandboxSession session, String path, FilesReport.Outcome outcome)
            throws Exception {
        Received received = new Received();
        FilesReport report = session.files(new FileOrder.Read(new FilePath(path)), received);
        assertThat(report.outcome()).as("%s: %s", path, report.sentence()).isEqualTo(outcome);
        assertThat(report.sentence()).isNotBlank();
        assertThat(received.files).isEmpty();
    }

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

    /** The list and what is read need nothing of the interpreter, and what it has become harms nobody else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "import builtins, os\nbuiltins.open = builtins.len = None\nos.open = os.read = os.write = os.mkdir = os.unlink = None",
                "import threading\ndef busy():\n    while True: pass\nfor _ in range(3): threading.Thread(target=busy, daemon=True).start()",
                "import sys, os\nsys.setrecursionlimit(60)\nos.chdir('/tmp')",
                "import os, sys\nsys.modules.clear()",
                "import signal\nsignal.signal(signal.SIGALRM, lambda *_: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)"
            })
    void damagedInterpreterStillTakesFiles(String code) throws Exception {
        try (SandboxSession session = SessionRuns.open(strongest())) {
            assertOpen(run(session, code));
            assertThat(put(session, "a/b", "content").outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            assertThat(names(session)).containsExactly("a/b");
            assertThat(read(session, "a/b")).isEqualTo("content".getBytes(UTF_8));
            assertThat(remove(session, "a/b").outcome()).isEqualTo(FilesReport.Outcome.REMOVED);
        }
    }

    /** Folders that move while they are walked, files that change while they are read: an answer comes, and it is of this folder. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void folderInMotionIsAnsweredFor(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertOpen(run(session, """
                    import os, threading
                    os.makedirs('a/b/c')
                    open('a/b/c/file', 'w').write('inside' * 1000)
                    def move():
                        while True:
                            try:
                                os.rename('a/b', 'b'); os.symlink('/etc', 'a/b'); os.unlink('a/b'); os.rename('b', 'a/b')
                                with open('a/b/c/file', 'r+') as file: file.truncate(10); file.truncate(6000)
                                os.symlink('/etc/passwd', 'passwd'); os.unlink('passwd')
                            except OSError: pass
                    threading.Thread(target=move, daemon=True).start()
                    """));
            for (int turn = 0; turn < 30; turn++) {
                Received received = new Received();
                FilesReport report = session.files(new FileOrder.Read(new FilePath("a/b/c/file")), received);
                assertThat(report.outcome())
                        .isIn(FilesReport.Outcome.READ, FilesReport.Outcome.MISSING, FilesReport.Outcome.CONFLICT);
                received.files
                        .values()
                        .forEach(content ->
                                assertThat(new String(content, UTF_8)).matches("(?s)(inside)*[inside]{0,5}\0*"));
                assertUnread(session, "passwd/x", FilesReport.Outcome.MISSING);
                assertThat(names(session)).allMatch(name -> name.endsWith("file"));
            }
            assertThat(put(session, "next", "x").outcome()).isEqualTo(FilesReport.Outcome.CREATED);
        }
    }

    /** What runs in the session may take what is sent to its interpreter, or answer in its place: it harms nobody but itself. */
    @Tag("slow") // an interpreter has half a minute to answer
    @ParameterizedTest
    @ValueSource(
            strings = {
                // takes what comes over the socket
                """
                import os, socket, stat
                if os.fork() == 0:
                    for number in range(3, 20):
                        try: way = socket.socket(fileno=number)
                        except OSError: continue
                        while way.recv(1 << 20): pass
                    os._exit(0)
                """,
                // says all the time that something is done
                """
                import os, stat, time
                if os.fork() == 0:
                    while True:
                        for number in range(3, 20):
                            try:
                                if stat.S_ISFIFO(os.fstat(number).st_mode): os.write(number, b'd')
                            except OSError: pass
                        time.sleep(0.001)
                """
            })
    void whoeverAnswersInTheInterpretersPlaceLosesHisOwnSession(String code) throws Exception {
        TestSandbox sandbox = strongest();
        try (SandboxSession session = SessionRuns.open(sandbox);
                SandboxSession other = SessionRuns.open(sandbox)) {
            run(session, code);
            CompletableFuture<String> put = CompletableFuture.supplyAsync(() -> {
                try {
                    return put(session, "a", "content").outcome().name();
                } catch (SessionEndedException e) {
                    return String.valueOf(e.getMessage());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(put(other, "a", "theirs").outcome()).isEqualTo(FilesReport.Outcome.CREATED);
            assertThat(read(other, "a")).isEqualTo("theirs".getBytes(UTF_8));
            assertGoesOn(other);
            assertThat(put.join())
                    .isIn(
                            "CREATED",
                            "The interpreter of the session did not answer within 30 seconds",
                            "The program closed the descriptors that its session needs");
        }
    }

    /** A file that says when the session wants it; it is sent as files of the store are. */
    private static final class Announced implements InputFile.Content {

        private final CountDownLatch wanted = new CountDownLatch(1);
        private final Path file;

        Announced(Path file) {
            this.file = file;
        }

        @Override
        public long size() {
            return file.toFile().length();
        }

        @Override
        public long heldBytes() {
            return 0;
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            wanted.countDown();
            try (FileChannel source = FileChannel.open(file)) {
                for (long sent = 0; sent < size(); ) {
                    sent += source.transferTo(sent, size() - sent, channel);
                }
            }
        }
    }

    private static long stopped(TestSandbox sandbox) {
        return SandboxProcesses.supervisor(sandbox)
                .descendants()
                .filter(process -> SandboxProcesses.state(process.pid()).equals("T"))
                .count();
    }

    /** Or sessions that nobody counts any more would stand beside each other: their processes, and a thread of ours for each. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void endOfASessionWhoseInterpreterHasStoppedDoesNotWaitForWhatIsDoneWithItsFiles(
            TestSandbox sandbox, @TempDir Path folder) throws Exception {
        Path small = Files.write(folder.resolve("small"), new byte[1]);
        Path large = Files.write(folder.resolve("large"), new byte[20 << 20]); // more than sockets hold
        try (SandboxLog log = new SandboxLog()) {
            for (Path file : List.of(small, large)) {
                SandboxSession session = SessionRuns.open(sandbox);
                assertOpen(run(
                        session,
                        "import os, threading\nthreading.Timer(0.1, lambda: os.kill(os.getpid(), 19)).start()"));
                await().atMost(60, SECONDS).until(() -> stopped(sandbox) == 1);
                Announced content = new Announced(file);
                CompletableFuture<String> put = CompletableFuture.supplyAsync(() -> ended(session, content));
                assertThat(content.wanted.await(20, SECONDS)).isTrue();

                session.end();

                assertThat(put.join()).isEqualTo("It was ended");
                await().atMost(20, SECONDS).until(() -> stopped(sandbox) == 0);
            }
            assertThat(log.says("Traceback")).as("%s", log.lines()).isFalse();
        }
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            assertGoesOn(session);
        }
    }

    private static String ended(SandboxSession session, InputFile.Content content) {
        try {
            FilesReport report = session.files(new FileOrder.Put(new FilePath("a"), content), (name, size, in) -> {});
            return report.outcome().name();
        } catch (SessionEndedException e) {
            return String.valueOf(e.getMessage());
        } catch (InputGoneException e) {
            throw new IllegalStateException(e);
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
