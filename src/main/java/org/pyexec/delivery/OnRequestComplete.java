package org.pyexec.delivery;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/** Runs an action once when a request has been answered, however often it is dispatched again. */
public record OnRequestComplete(Action action) implements AsyncListener {

    /** The action. */
    @FunctionalInterface
    public interface Action {
        void run() throws IOException;
    }

    /** Called when the rest of the filter chain has returned: acts now, or when the asynchronous answer is complete. */
    public static void run(HttpServletRequest request, Action action) throws IOException {
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(new OnRequestComplete(action));
        } else {
            action.run();
        }
    }

    @Override
    public void onComplete(AsyncEvent event) throws IOException {
        action.run();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}
}
