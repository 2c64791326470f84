package org.pyexec.filter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.body.ReceivedBody;
import org.pyexec.filter.PendingRequest.Verdict;
import org.pyexec.http.Delays;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.RequestId;

/**
 * Reads the body of one request as it comes, on the server's threads, and then either hands the request on or answers it with
 * an error. What the server or the watch calls changes the state under this object's lock, and writes without it.
 */
final class BodyReader implements ReadListener {

    static final int CONTENT_TOO_LARGE = 413;
    private static final int INSUFFICIENT_STORAGE = 507; // RFC 4918, section 11.5

    private static final Logger LOG = System.getLogger(BodyReader.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    private static final long NOTHING = -1;
    private static final Pattern ON_GRIZZLY = Pattern.compile("Payara|GlassFish");

    private final HttpServletRequest request;
    private final BodyLimits limits;
    private final ReceivedBody body;
    private final StallWatch watch;
    private final ServletInputStream in;
    private final boolean losesNotifications;
    private final PendingRequest pending;
    private final Pace pace = new Pace(System.nanoTime());

    // mutable state, guarded by this
    private @Nullable Verdict verdict;
    private long limit;
    private ErrorBody tooLarge = ErrorBody.bare("Request body too large");
    private long receivedBytes;
    private long lastProgressNanos = System.nanoTime();
    private long drainingSinceNanos;
    private long readableAt = NOTHING;
    private boolean over;

    BodyReader(
            HttpServletRequest request,
            HttpServletResponse response,
            BodyLimits limits,
            ReceivedBody body,
            StallWatch watch,
            Delays delays)
            throws IOException {
        this.request = request;
        this.limits = limits;
        this.body = body;
        this.watch = watch;
        this.in = request.getInputStream();
        this.losesNotifications = ON_GRIZZLY
                .matcher(String.valueOf(request.getServletContext().getServerInfo()))
                .find();
        this.pending = PendingRequest.begin(request, response, body, delays, this);
    }

    /** Receives the body, then dispatches the request; a body that is longer than the limit gets the error. */
    synchronized void receive(long mostBytes, ErrorBody whenTooLarge) {
        limit = mostBytes;
        tooLarge = whenTooLarge;
        begin();
    }

    /** Throws a bounded part of the body away, then answers with the error. */
    synchronized void drain(int status, ErrorBody error) {
        startDraining(new Verdict(status, error));
        begin();
    }

    private void begin() {
        watch.add(this);
        in.setReadListener(this);
    }

    @Override
    public synchronized void onDataAvailable() throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES]; // not one for each of thousands of clients that send slowly
        while (!over && !endsByItself() && in.isReady()) {
            int count = in.read(buffer);
            if (count < 0) {
                return;
            }
            take(buffer, count);
        }
    }

    private void take(byte[] buffer, int count) throws IOException {
        lastProgressNanos = System.nanoTime();
        receivedBytes += count;
        if (verdict != null) {
            answerIfDrained(verdict, lastProgressNanos);
        } else if (receivedBytes > limit) {
            startDraining(new Verdict(CONTENT_TOO_LARGE, tooLarge));
        } else {
            keep(buffer, count);
        }
    }

    /** What can't be kept is nothing that the client did wrong, and is told when the rest of the body has been drained. */
    private void keep(byte[] buffer, int count) throws IOException {
        try {
            body.write(buffer, count);
        } catch (IOException diskFailure) {
            body.close();
            startDraining(notKept(request, diskFailure));
        }
    }

    static Verdict notKept(HttpServletRequest request, IOException why) {
        LOG.log(
                Level.WARNING,
                () -> "request_id=%s event=body_not_kept cause=\"%s\"".formatted(RequestId.of(request), why));
        return Verdict.of(
                request,
                INSUFFICIENT_STORAGE,
                "Storage full",
                "The server has no room for this request at the moment; try again later.");
    }

    /**
     * Whether the last byte has been read and the server is about to say so. Payara, asked for more at that moment, takes it for
     * a wish and begins to read: what it gets is the head of the next request, in the middle of the end of this one.
     */
    private boolean endsByItself() {
        return receivedBytes == request.getContentLengthLong() && !in.isFinished();
    }

    @Override
    public synchronized void onAllDataRead() throws IOException {
        if (over) {
            return;
        }
        long promised = request.getContentLengthLong();
        if (verdict != null) {
            write(verdict);
        } else if (promised >= 0 && promised != receivedBytes) {
            answer(incomplete());
        } else {
            end();
            pending.handOnLater();
        }
    }

    /** Answers on the server's own thread: Tomcat lets no other one answer a request that it has called broken. */
    @Override
    public void onError(Throwable failure) {
        synchronized (this) {
            if (over) {
                pending.clientHasGone();
                return;
            }
            end();
        }
        LOG.log(
                Level.DEBUG,
                () -> "request_id=%s event=body_broken cause=%s".formatted(RequestId.of(request), failure));
        pending.closeAfterwards();
        // The server may be less patient than the watch.
        boolean stalled =
                failure instanceof SocketTimeoutException || failure.getCause() instanceof SocketTimeoutException;
        // Without the lock, which the watch may be waiting for.
        pending.answer(stalled ? stalled("The body of the request made no progress for too long.") : incomplete());
    }

    /** Called by the watch once a second. */
    synchronized void checkProgress(long nowNanos) {
        if (over) {
            return;
        }
        if (pending.isGone()) {
            end();
            return;
        }
        recoverLostNotification();
        if (over) {
            return;
        }
        if (verdict != null) {
            answerIfDrained(verdict, nowNanos);
        }
        if (over) {
            return;
        }
        if (nowNanos - lastProgressNanos > limits.stall().toNanos()) {
            answer(stalled("The body of the request made no progress for %d seconds."
                    .formatted(limits.stall().toSeconds())));
        } else if (pace.isTooSlow(nowNanos, receivedBytes)) {
            answer(stalled("The body of the request has taken %d minutes, and comes at less than %d bytes per second."
                    .formatted(Pace.LEISURE.toMinutes(), Pace.BYTES_PER_SECOND)));
        }
    }

    /** Called by the watch when it could not be looked at. The request may have ended long ago, and be another one now. */
    void giveUp(RuntimeException why) {
        synchronized (this) {
            end();
        }
        LOG.log(Level.WARNING, "event=body_given_up", why);
        pending.abandon();
    }

    /**
     * Grizzly, in Payara and GlassFish, can lose a notification: it registers a reader and appends data without a lock
     * (InputBuffer.notifyAvailable, append). Data that is available at two checks in a row, with nothing read in between, is
     * read here.
     */
    private void recoverLostNotification() {
        if (!losesNotifications || !isReadable()) {
            readableAt = NOTHING;
        } else if (readableAt != receivedBytes) {
            readableAt = receivedBytes;
        } else {
            LOG.log(Level.WARNING, () -> "request_id=%s event=lost_notification".formatted(RequestId.of(request)));
            readAvailable();
        }
    }

    private boolean isReadable() {
        try {
            return in.available() > 0 || in.isFinished();
        } catch (IOException closed) {
            return false; // the server reports it
        }
    }

    private void readAvailable() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            while (!over && in.available() > 0) {
                int count = in.read(buffer);
                if (count > 0) {
                    take(buffer, count);
                }
            }
            if (in.isFinished() && in.available() == 0) {
                onAllDataRead();
            }
        } catch (IOException broken) {
            answer(incomplete());
        }
    }

    private void answerIfDrained(Verdict then, long nowNanos) {
        if (limits.isDrained(Duration.ofNanos(nowNanos - drainingSinceNanos), receivedBytes)) {
            answer(then);
        }
    }

    private void startDraining(Verdict then) {
        verdict = then;
        drainingSinceNanos = System.nanoTime();
    }

    private Verdict incomplete() {
        return Verdict.of(
                request,
                HttpServletResponse.SC_BAD_REQUEST,
                "Incomplete request",
                "The body of the request is incomplete or badly encoded.");
    }

    private Verdict stalled(String message) {
        return Verdict.of(request, HttpServletResponse.SC_REQUEST_TIMEOUT, "Request timeout", message);
    }

    private void end() {
        over = true;
        watch.remove(this);
    }

    /** Answers before the end of the body. */
    private void answer(Verdict answer) {
        pending.closeAfterwards();
        write(answer);
    }

    private void write(Verdict answer) {
        end();
        pending.answerLater(answer);
    }
}
