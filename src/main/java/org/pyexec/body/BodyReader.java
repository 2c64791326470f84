package org.pyexec.body;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.util.regex.Pattern;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.body.Reception.Step;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.http.RequestId;

/**
 * Reads the body of one request as it comes, on the server's threads, and does what {@link Reception} says. Calls of the server
 * and of the watch change the state under this object's lock; answers are written without it.
 */
final class BodyReader implements ReadListener {

    private static final Logger LOG = System.getLogger(BodyReader.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    private static final Pattern ON_GRIZZLY = Pattern.compile("Payara|GlassFish");

    private final HttpServletRequest request;
    private final ReceivedBody body;
    private final StallWatch watch;
    private final ServletInputStream in;
    private final boolean losesNotifications;
    private final PendingRequest pending;

    // mutable state, guarded by this
    private final Reception reception;
    private boolean over;

    BodyReader(
            HttpServletRequest request,
            HttpServletResponse response,
            ReceivedBody body,
            Reception reception,
            StallWatch watch,
            BackgroundExecutor background)
            throws IOException {
        this.request = request;
        this.body = body;
        this.reception = reception;
        this.watch = watch;
        this.in = request.getInputStream();
        this.losesNotifications = ON_GRIZZLY
                .matcher(String.valueOf(request.getServletContext().getServerInfo()))
                .find();
        this.pending = PendingRequest.begin(request, response, body, background, this);
    }

    /** Begins to read. In the end the request is dispatched again, or answered with an error. */
    synchronized void begin() {
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

    /**
     * Whether the last byte has been read and the server is about to say so. Payara, asked for more at that moment, takes it for
     * a wish and begins to read: what it gets is the head of the next request, in the middle of the end of this one.
     */
    private boolean endsByItself() {
        return reception.hasAllPromised() && !in.isFinished();
    }

    private void take(byte[] buffer, int count) throws IOException {
        Step step = reception.received(count, System.nanoTime());
        if (step instanceof Step.Keep) {
            keep(buffer, count);
        } else {
            perform(step);
        }
    }

    /** A body for which there is no room is not the client's fault: the rest of it is drained before the client is told. */
    private void keep(byte[] buffer, int count) throws IOException {
        try {
            body.write(buffer, count);
        } catch (IOException diskFailure) {
            body.close();
            reception.refuse(notKept(request, diskFailure), System.nanoTime());
        }
    }

    static Refused notKept(HttpServletRequest request, IOException why) {
        LOG.log(
                Level.WARNING,
                () -> "request_id=%s event=body_not_kept cause=\"%s\"".formatted(RequestId.of(request), why));
        return Refusals.NO_ROOM_FOR_BODY.with();
    }

    private void perform(Step step) {
        if (step instanceof Step.HandOn) {
            end();
            pending.handOnLater();
        } else if (step instanceof Step.Refuse refusal) {
            if (refusal.early()) {
                pending.closeAfterwards();
            }
            end();
            pending.answerLater(refusal.why());
        }
    }

    private void end() {
        over = true;
        watch.remove(this);
    }

    @Override
    public synchronized void onAllDataRead() {
        if (!over) {
            perform(reception.ended());
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
        // Without the lock, which the watch may be waiting for.
        pending.answer(isTimeout(failure) ? Refusals.BODY_TIMED_OUT.with() : Refusals.INCOMPLETE_BODY.with());
    }

    /** The server may be less patient than the watch. */
    private static boolean isTimeout(Throwable failure) {
        return failure instanceof SocketTimeoutException || failure.getCause() instanceof SocketTimeoutException;
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
        if (!over) {
            perform(reception.checked(nowNanos));
        }
    }

    /** Called by the watch when a check has failed. The request may have ended long ago, and be another one now. */
    void giveUp(RuntimeException why) {
        synchronized (this) {
            end();
        }
        LOG.log(Level.WARNING, "event=body_given_up", why);
        pending.abandon();
    }

    /**
     * Grizzly, in Payara and GlassFish, can lose a notification: it registers a reader and appends data without a lock
     * (InputBuffer.notifyAvailable, append). What it has not told of is read here.
     */
    private void recoverLostNotification() {
        if (reception.missesNotification(losesNotifications && isReadable())) {
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
            perform(Reception.broken());
        }
    }
}
