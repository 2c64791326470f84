package org.pyexec.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.pyexec.api.Answer;
import org.pyexec.api.Json;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Transcript;
import org.pyexec.execution.TranscriptReader;
import org.pyexec.jobs.JobFeed;

/**
 * Server-sent events of a program that runs: what it prints as it prints it, comments as heartbeats, and at last the answer
 * that {@code POST /execute} would have given (HTML standard, section 9.2). Used by one thread.
 */
public final class EventStream implements StreamingOutput {

    static final String TYPE = "text/event-stream;charset=UTF-8";

    /** Some servers report only at the third write that the client has gone: that must be within five seconds. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private static final int TOGETHER_BYTES = 16 << 10;
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_EVENT = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ObjectMapper mapper;
    private final TranscriptReader reader;
    private final CompletableFuture<byte[]> answer;
    private final BooleanSupplier refused;
    private final Runnable onClientLeft;
    private final boolean numbered;

    private EventStream(
            ObjectMapper mapper,
            TranscriptReader reader,
            CompletableFuture<byte[]> answer,
            BooleanSupplier refused,
            Runnable onClientLeft,
            boolean numbered) {
        this.mapper = mapper;
        this.reader = reader;
        this.answer = answer;
        this.refused = refused;
        this.onClientLeft = onClientLeft;
        this.numbered = numbered;
    }

    /**
     * The events of a program that runs for this client only: the program is ended when the client leaves.
     *
     * @param answer is there when the program's output has come to its end
     */
    public static EventStream ofExecution(
            ObjectMapper mapper, TranscriptReader reader, Execution execution, CompletableFuture<Answer> answer) {
        return new EventStream(
                mapper, reader, answer.thenApply(Answer::bytes), execution::isRefused, execution::abandon, false);
    }

    /** The events of a job. They have ids, so that a client that lost its connection can continue. */
    public static EventStream ofJob(ObjectMapper mapper, JobFeed job) {
        return new EventStream(mapper, job.reader(), job.answer(), job.refused(), () -> {}, true);
    }

    @Override
    public void write(OutputStream out) throws IOException {
        boolean complete = false;
        try (reader) {
            send(out, COMMENT); // so that the head of the answer is on its way
            writeAll(out);
            complete = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The application server wants its thread back");
        } finally {
            if (!complete) {
                onClientLeft.run();
            }
        }
    }

    private void writeAll(OutputStream out) throws IOException, InterruptedException {
        Transcript.Next next = reader.next(HEARTBEAT);
        while (!(next instanceof Transcript.End)) {
            if (next instanceof Transcript.Piece piece) {
                next = writePieces(out, piece);
            } else {
                send(out, COMMENT);
                next = reader.next(HEARTBEAT);
            }
        }
        byte[] last = answer.join();
        event(out, refused.getAsBoolean() ? "error" : "done", last);
        out.flush();
    }

    /** What is there already goes out together: whoever follows late may have hundreds of thousands of small pieces to read. */
    private Transcript.Next writePieces(OutputStream out, Transcript.Piece first)
            throws IOException, InterruptedException {
        Transcript.Next next = first;
        for (int gathered = 0; next instanceof Transcript.Piece piece; next = reader.next(Duration.ZERO)) {
            byte[] data = Json.bytes(mapper, Map.of("text", piece.text()));
            number(out, piece.end());
            event(out, piece.stream().word(), data);
            gathered += data.length;
            if (gathered > TOGETHER_BYTES) {
                out.flush();
                gathered = 0;
            }
        }
        out.flush();
        return next instanceof Transcript.Silence ? reader.next(HEARTBEAT) : next;
    }

    private void number(OutputStream out, int id) throws IOException {
        if (numbered) {
            out.write(("id: " + id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** {@code data} is JSON in one line. */
    private static void event(OutputStream out, String name, byte[] data) throws IOException {
        out.write(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
        out.write(data);
        out.write(END_OF_EVENT);
    }

    private static void send(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }
}
