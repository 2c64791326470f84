package org.pyexec.execution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pyexec.execution.Transcript.End;
import org.pyexec.execution.Transcript.Piece;
import org.pyexec.execution.Transcript.Silence;
import org.pyexec.execution.Transcript.Stream;

@Timeout(30)
class TranscriptTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long NEVER = System.nanoTime() + TimeUnit.HOURS.toNanos(1);

    private final Transcript transcript = new Transcript();
    private final TranscriptReader reader = transcript.pace();

    private void print(Stream stream, String text) {
        transcript.print(stream, text.getBytes(UTF_8));
    }

    private static CompletableFuture<Void> inBackground(Action action) {
        return CompletableFuture.runAsync(() -> {
            try {
                action.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private interface Action {
        void run() throws InterruptedException;
    }

    @Test
    void streamsKeepTheirOrder() throws InterruptedException {
        print(Stream.STDOUT, "a");
        print(Stream.STDOUT, "b");
        print(Stream.STDERR, "c");
        print(Stream.STDOUT, "d");
        transcript.end();

        assertThat(reader.next(LONG)).isEqualTo(new Piece(Stream.STDOUT, "ab", 2));
        assertThat(reader.next(LONG)).isEqualTo(new Piece(Stream.STDERR, "c", 3));
        assertThat(reader.next(LONG)).isEqualTo(new Piece(Stream.STDOUT, "d", 4));
        assertThat(reader.next(LONG)).isEqualTo(new End());
        assertThat(reader.next(LONG)).isEqualTo(new End());
    }

    @Test
    void whatIsPrintedIsThereAtOnceAndWhatIsNotIsSilence() throws InterruptedException {
        assertThat(reader.next(Duration.ZERO)).isEqualTo(new Silence());
        CompletableFuture<Void> printing = inBackground(() -> print(Stream.STDOUT, "a"));
        assertThat(reader.next(LONG)).isEqualTo(new Piece(Stream.STDOUT, "a", 1));
        printing.join();
    }

    @Test
    void longTextComesInPiecesThatCutNoCharacter() throws InterruptedException {
        String text = "x" + "😀".repeat(100_000);
        print(Stream.STDOUT, text);
        transcript.end();
        StringBuilder read = new StringBuilder();
        while (reader.next(LONG) instanceof Piece piece) {
            assertThat(new String(piece.text().getBytes(UTF_8), UTF_8)).isEqualTo(piece.text());
            assertThat(piece.text().length()).isLessThanOrEqualTo(64 << 10);
            read.append(piece.text());
        }
        assertThat(read).hasToString(text);
    }

    @Test
    void programWaitsForTheOneWhoPacesIt() throws InterruptedException {
        print(Stream.STDOUT, "x".repeat(Transcript.LEAD));
        transcript.holdUpUntil(NEVER); // near enough
        print(Stream.STDOUT, "y");
        CompletableFuture<Void> held = inBackground(() -> transcript.holdUpUntil(NEVER));
        reader.next(LONG);
        assertThat(held).isNotDone(); // it has been handed out, not done with
        reader.next(LONG);
        held.join();
    }

    @Test
    void programWaitsNoLongerThanTheDeadline() throws InterruptedException {
        print(Stream.STDOUT, "x".repeat(2 * Transcript.LEAD));
        transcript.holdUpUntil(System.nanoTime() - 1);
    }

    @Test
    void programDoesNotWaitForOneWhoHasGone() throws InterruptedException {
        print(Stream.STDOUT, "x".repeat(2 * Transcript.LEAD));
        CompletableFuture<Void> held = inBackground(() -> transcript.holdUpUntil(NEVER));
        reader.close();
        held.join();
        transcript.holdUpUntil(NEVER);
    }

    @Test
    void aCharacterThatIsNeverCompletedComesAtTheEnd() throws InterruptedException {
        transcript.print(Stream.STDERR, new byte[] {(byte) 0xc3});
        assertThat(reader.next(Duration.ZERO)).isEqualTo(new Silence());
        transcript.end();
        assertThat(reader.next(LONG)).isEqualTo(new Piece(Stream.STDERR, "\ufffd", 1));
        assertThat(reader.next(LONG)).isEqualTo(new End());
    }

    @Test
    void piecesCountForTheMemoryThatTheyTakeHoweverShort() {
        Transcript pieces = new Transcript();
        for (int i = 0; i < 1000; i++) {
            pieces.print(i % 2 == 0 ? Transcript.Stream.STDOUT : Transcript.Stream.STDERR, new byte[] {'x'});
        }
        assertThat(pieces.length()).isEqualTo(1000);
        assertThat(pieces.heldBytes()).isGreaterThan(30_000);
    }
}
