package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.CompletionCallback;
import jakarta.ws.rs.container.ConnectionCallback;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Sends one answer to one request. Made by the server's thread. */
final class Reply {

    private static final System.Logger LOG = System.getLogger(Reply.class.getName());
    private static final long COMPLETION_SECONDS = 1;

    /** What fits into the buffers of a new connection, head included: Linux begins with some 46 kB over Ethernet. */
    static final int SMALL_BYTES = 32 << 10;

    private final BackgroundExecutor background;
    private final AsyncContext context;
    private final AsyncResponse response;
    private final Runnable onDelivered;
    private final AtomicBoolean completed = new AtomicBoolean();
    private final WriteGuard writing = new WriteGuard();

    Reply(BackgroundExecutor background, Recipient recipient, Runnable onDelivered) {
        this.background = background;
        this.context = recipient.context();
        this.response = recipient.response();
        this.onDelivered = onDelivered;
        context.addListener(new OnRequestComplete(() -> completed.set(true)));
        context.addListener(writing);
    }

    /** An answer, or the failure instead of it, with its slot if it needs one. */
    record Ready(@Nullable Response value, @Nullable Throwable failure, Optional<WriteSlots.Slot> slot) {}

    /** Sends it; to be called once. */
    void send(Ready ready) {
        AtomicBoolean broken = new AtomicBoolean();
        response.register((ConnectionCallback) disconnected -> broken.set(true));
        try (writing) {
            writing.begin();
            if (ready.value() != null) {
                if (!ready.value().hasEntity()) {
                    response.register((CompletionCallback) written -> sendHead());
                }
                response.resume(withMinimumSpeed(ready.value()));
            } else {
                response.resume(ready.failure());
            }
        } finally {
            ready.slot().ifPresent(WriteSlots.Slot::close);
            onDelivered.run();
        }
        if (broken.get()) {
            background.schedule(COMPLETION_SECONDS, TimeUnit.SECONDS, this::complete);
        }
    }

    /** GlassFish 7 makes a 200 of the status of an asynchronous answer that has no body, unless that has been sent before the end. */
    private void sendHead() {
        try {
            context.getResponse().flushBuffer();
        } catch (IOException clientHasGone) {
            LOG.log(System.Logger.Level.DEBUG, "The client left before it was answered", clientHasGone);
        }
    }

    /**
     * Jersey 3.1 does not complete the request when the client goes in the middle of the answer, unless the server reports an
     * error, as Tomcat does a moment later.
     */
    private void complete() {
        if (completed.get()) {
            return;
        }
        try {
            context.complete();
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "The server has completed it", e);
        }
    }

    /**
     * Ends a large answer whose reader is too slow. The connection must be closed then: Tomcat would send the next answer as the
     * rest of this one.
     */
    private static Response withMinimumSpeed(Response answer) {
        if (length(answer) <= SMALL_BYTES) {
            return answer;
        }
        StreamingOutput body = answer.getEntity() instanceof byte[] bytes
                ? out -> out.write(bytes)
                : (StreamingOutput) answer.getEntity();
        return Response.fromResponse(answer)
                .header("Connection", "close")
                .entity(LeastSpeed.enforcedOn(body))
                .build();
    }

    /** The length of its body in bytes. */
    static long length(Response answer) {
        if (!answer.hasEntity()) {
            return 0; // to HEAD, whatever its Content-Length says
        }
        String said = answer.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if (said != null) {
            return Long.parseLong(said);
        }
        return answer.getEntity() instanceof byte[] bytes ? bytes.length : 0;
    }
}
