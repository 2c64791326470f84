package org.pyexec.body;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.delivery.AfterDispatchReturns;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.HangUp;
import org.pyexec.delivery.OnRequestComplete;
import org.pyexec.http.ErrorResponses;
import org.pyexec.http.RequestId;

/**
 * An asynchronous request whose body is being read. It is dispatched to the application once, or answered with an error once,
 * unless its client has gone. Safe for use by many threads: it uses the lock of the body's reader, but writes without it.
 */
final class PendingRequest {

    private static final Logger LOG = System.getLogger(PendingRequest.class.getName());

    private static final long LINGER_SECONDS = 1;

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ReceivedBody body;
    private final AsyncContext context;
    private final AfterDispatchReturns afterReturn;
    private final BackgroundExecutor background;
    private final Object lock;
    private volatile boolean closes;

    // mutable state, guarded by lock
    private boolean handedOn;
    private boolean gone;

    private PendingRequest(
            HttpServletRequest request,
            HttpServletResponse response,
            ReceivedBody body,
            AsyncContext context,
            BackgroundExecutor background,
            Object lock) {
        this.request = request;
        this.response = response;
        this.body = body;
        this.context = context;
        this.afterReturn = AfterDispatchReturns.of(context, background);
        this.background = background;
        this.lock = lock;
    }

    /**
     * Makes the request asynchronous; called by the server's thread.
     *
     * @param lock with which the body is written as well
     */
    static PendingRequest begin(
            HttpServletRequest request,
            HttpServletResponse response,
            ReceivedBody body,
            BackgroundExecutor background,
            Object lock) {
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0);
        PendingRequest pending = new PendingRequest(request, response, body, context, background, lock);
        context.addListener(new OnRequestComplete(pending::forget));
        return pending;
    }

    /** Dispatches the request again, when the server's thread has returned. */
    void handOnLater() {
        afterReturn.run(this::handOn);
    }

    /** Answers when the server's thread has returned. */
    void answerLater(Refused refused) {
        afterReturn.run(() -> answer(refused));
    }

    /** Answers on the calling thread. */
    void answer(Refused refused) {
        if (isGone()) {
            return;
        }
        try {
            body.close();
            ErrorResponses.write(request, response, refused);
        } catch (IOException clientHasGone) {
            LOG.log(Level.DEBUG, "The client left before it was answered", clientHasGone);
        } finally {
            complete();
        }
    }

    /** Closes the connection after the answer: the rest of the body must not be taken for the next request. */
    void closeAfterwards() {
        closes = true;
        response.setHeader("Connection", "close");
    }

    /** Where the server would read the rest of the body first, the connection is closed a moment after the answer. */
    private void complete() {
        Optional<Runnable> hangUp = closes ? HangUp.of(request) : Optional.empty();
        if (hangUp.isEmpty()) {
            context.complete();
            return;
        }
        try {
            response.flushBuffer();
        } catch (IOException clientHasGone) {
            LOG.log(Level.DEBUG, "The client left before it had the answer", clientHasGone);
        }
        background.schedule(LINGER_SECONDS, TimeUnit.SECONDS, () -> {
            try {
                hangUp.get().run();
            } finally {
                context.complete();
            }
        });
    }

    /** The server reports an error of the connection after the body has been read. */
    void clientHasGone() {
        synchronized (lock) {
            gone |= !handedOn;
        }
    }

    private void handOn() {
        try {
            dispatch();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> "request_id=%s event=not_handed_on".formatted(RequestId.of(request)), e);
            answer(Refusals.NOT_HANDED_ON.with());
        }
    }

    /** Unless the client has gone since: Payara would dispatch a request that is no longer this one. */
    private void dispatch() {
        synchronized (lock) {
            if (!gone) {
                context.dispatch();
                handedOn = true;
            }
        }
    }

    /** The server has ended the request, or the client has. */
    private void forget() throws IOException {
        synchronized (lock) {
            if (handedOn) {
                body.giveBack(); // in case nobody read it
            } else {
                gone = true;
                body.close();
            }
        }
    }

    /** Gives back what its body holds, and does nothing else. */
    void abandon() {
        try {
            forget();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A body was given up", e);
        }
    }

    boolean isGone() {
        synchronized (lock) {
            return gone;
        }
    }
}
