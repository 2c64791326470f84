package org.pyexec.filter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;

/** Closes a received body when its request has been answered. */
record CloseAtTheEnd(SpooledBody body) implements AsyncListener {

    @Override
    public void onComplete(AsyncEvent event) throws IOException {
        body.close();
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
