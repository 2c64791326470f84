package org.pyexec.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.pyexec.execution.Follower;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.Transcript;
import org.pyexec.http.Json;

/**
 * Server-sent events of a program that runs: what it prints as it prints it, comments as heartbeats, and at last the answer
 * that {@code POST /execute} would have given (HTML standard, section 9.2). Used by one thread.
 */
final class EventStream implements StreamingOutput {

    static final String TYPE = "text/event-stream;charset=UTF-8";

    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_EVENT = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ObjectMapper mapper;
    private final StreamedExecution streamed;
    private final CompletableFuture<Response> answer;

    /**
     * @param answer is there when the program's output has come to its end; its entity is the bytes of a JSON document
     */
    EventStream(ObjectMapper mapper, StreamedExecution streamed, CompletableFuture<Response> answer) {
        this.mapper = mapper;
        this.streamed = streamed;
        this.answer = answer;
    }

    /** Ends the program when nobody reads any more. */
    @Override
    public void write(OutputStream out) throws IOException {
        boolean told = false;
        try (Follower follower = streamed.follower()) {
            send(out, COMMENT); // so that the head of the answer is on its way
            writeAll(follower, out);
            told = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The application server wants its thread back");
        } finally {
            if (!told) {
                streamed.execution().abandon();
            }
        }
    }

    private void writeAll(Follower follower, OutputStream out) throws IOException, InterruptedException {
        Transcript.Next next = follower.next(HEARTBEAT);
        while (!(next instanceof Transcript.End)) {
            if (next instanceof Transcript.Piece piece) {
                event(out, piece.stream().word(), Json.bytes(mapper, Map.of("text", piece.text())));
            } else {
                send(out, COMMENT);
            }
            next = follower.next(HEARTBEAT);
        }
        Response last = answer.join();
        event(out, streamed.execution().isRefused() ? "error" : "done", (byte[]) last.getEntity());
    }

    /** {@code data} is JSON in one line. */
    private static void event(OutputStream out, String name, byte[] data) throws IOException {
        out.write("event: %s\ndata: ".formatted(name).getBytes(StandardCharsets.US_ASCII));
        out.write(data);
        send(out, END_OF_EVENT);
    }

    private static void send(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }
}
