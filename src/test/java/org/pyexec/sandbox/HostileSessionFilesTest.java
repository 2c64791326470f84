package org.pyexec.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SessionFileOrders.assertUnread;
import static org.pyexec.sandbox.SessionFileOrders.names;
import static org.pyexec.sandbox.SessionFileOrders.put;
import static org.pyexec.sandbox.SessionFileOrders.read;
import static org.pyexec.sandbox.SessionFileOrders.remove;
import static org.pyexec.sandbox.SessionRuns.assertGoesOn;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that disturb what is done with their session's files harm nobody but themselves. */
class HostileSessionFilesTest extends OnEveryTier {

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
                SessionFileOrders.Received received = new SessionFileOrders.Received();
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
                            "The program closed the descriptors that its session needs",
                            "The program has made the interpreter of its session unfit for another one");
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
}
