package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's end of a session, with a supervisor that says at once what it has to say. */
class ForkServerSessionTest {

    private static final SandboxStatus STATUS = new SandboxStatus(
            Optional.of("fake"), List.of(), false, Optional.of("3.9"), Optional.empty(), Duration.ZERO);
    private static final ByteBuffer STARTED = Frames.frame(Frames.STARTED, List.of());
    private static final ByteBuffer END = Frames.frame(
            Frames.END, List.of(new Frames.Field("reason", "completed"), new Frames.Field("session", "open")));
    private static final ByteBuffer GONE = Frames.frame(
            Frames.GONE, List.of(new Frames.Field("reason", "error"), new Frames.Field("details", "it fell over")));

    private SocketChannel supervisor;
    private ForkServerSession session;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            SocketChannel channel = SocketChannel.open(address);
            supervisor = server.accept();
            say(STARTED);
            session = ForkServerSession.start(channel, STATUS, new SessionTerms(false, Limits.OF_THE_SERVER));
        }
    }

    @AfterEach
    void close() throws IOException {
        session.close();
        supervisor.close();
    }

    /** In one piece, so that it is read together. */
    private void say(ByteBuffer... frames) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1000);
        for (ByteBuffer frame : frames) {
            all.put(frame.duplicate());
        }
        supervisor.write(all.flip());
    }

    private RunReport runOne() throws Exception {
        try (SandboxRun run = session.run(new Program("1", Duration.ofSeconds(1), false))) {
            return run.await(new Recorder());
        }
    }

    @Test
    void endOfTheInterpreterRightBehindThatOfAProgramHasItsReason() throws Exception {
        say(STARTED, END, GONE);
        supervisor.close();
        assertThat(runOne().session()).isEqualTo(RunReport.Session.OPEN);
        assertThat(session.ended()).contains("it fell over");
    }

    @Test
    void endThatNobodyHasLookedAtIsTheAnswerToTheNextProgram() throws Exception {
        say(STARTED, END);
        runOne();
        assertThat(session.ended()).isEmpty();
        say(GONE);
        supervisor.close();
        assertThatThrownBy(this::runOne)
                .isInstanceOf(SessionEndedException.class)
                .hasMessage("it fell over");
        assertThat(session.ended()).contains("it fell over");
    }

    @Test
    void supervisorThatGoesWithoutAWordIsTold() throws Exception {
        say(STARTED, END);
        runOne();
        supervisor.close();
        assertThatThrownBy(this::runOne)
                .isInstanceOf(SessionEndedException.class)
                .hasMessage("The sandbox was restarted, or its server ended");
    }

    // --- files

    private FilesReport list() throws Exception {
        return session.files(new FileOrder.Listing(), (name, size, content) -> {});
    }

    private static ByteBuffer answer(String... namesAndValues) {
        List<Frames.Field> fields = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(new Frames.Field(namesAndValues[i], namesAndValues[i + 1]));
        }
        return Frames.frame(Frames.ANSWER, fields);
    }

    @Test
    void answerAboutFilesIsReadAndTheSessionGoesOn() throws Exception {
        say(answer(
                "outcome",
                "listed",
                "truncated",
                "1",
                "entry",
                "5\0001600000000123\0a b",
                "skipped-count",
                "7",
                "skipped",
                "link\0symbolic link"));
        FilesReport report = list();
        assertThat(report.files())
                .containsExactly(new FilesReport.Entry("a b", 5, Instant.parse("2020-09-13T12:26:40.123Z")));
        assertThat(report.cut()).isTrue();
        assertThat(report.skippedFiles()).containsExactly(new SkippedFile("link", "symbolic link"));
        assertThat(report.skippedFileCount()).isEqualTo(7);
        say(STARTED, END);
        assertThat(runOne().session()).isEqualTo(RunReport.Session.OPEN);
    }

    @Test
    void sessionThatEndsWhileFilesAreLookedAtHasItsReason() throws Exception {
        say(GONE);
        supervisor.close();
        assertThatThrownBy(this::list).isInstanceOf(SessionEndedException.class).hasMessage("it fell over");
        assertThat(session.ended()).contains("it fell over");
    }

    @Test
    void whatIsNoAnswerEndsTheSession() throws Exception {
        say(answer("outcome", "listed", "entry", "not an entry"));
        assertThatThrownBy(this::list).isInstanceOf(SessionEndedException.class);
        assertThat(session.ended()).isPresent();
    }

    @Test
    void endThatIsOrderedMeanwhileDoesNotWaitForTheAnswerAndNobodyIsInterrupted() throws Exception {
        say(
                Frames.frame(Frames.FILE, List.of(new Frames.Field("name", "f"), new Frames.Field("size", "1"))),
                Frames.frame(Frames.DATA, new byte[] {1}));
        assertThatThrownBy(() -> session.files(new FileOrder.Read(new FilePath("f")), (name, size, content) -> {
                    assertThat(content.readAllBytes()).containsExactly(1);
                    assertThat(session.interrupt()).isFalse();
                    session.end();
                    assertThat(session.ended()).contains("It was ended");
                    try {
                        say(answer("outcome", "read"));
                    } catch (IOException e) {
                        // Nobody is there any more to take it.
                    }
                }))
                .isInstanceOf(SessionEndedException.class)
                .hasMessage("It was ended");
        ByteBuffer order = ByteBuffer.allocate(1000);
        while (supervisor.read(order) >= 0) {
            assertThat(order.hasRemaining()).isTrue();
        }
    }
}
