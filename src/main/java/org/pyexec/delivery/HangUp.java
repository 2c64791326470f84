package org.pyexec.delivery;

import jakarta.servlet.ServletRequest;
import java.util.Optional;

/**
 * Closes the connection of a request, where the application server lets an application do that. Undertow does; otherwise it would
 * read the rest of an unwanted body, on one of its threads, for as long as the client sends.
 */
public final class HangUp {

    private static final String ATTRIBUTE = HangUp.class.getName();

    private HangUp() {}

    /** Stores in the request what closes its connection. */
    public static void offer(ServletRequest request, Runnable action) {
        request.setAttribute(ATTRIBUTE, action);
    }

    /** What closes the connection, if the server offers that. */
    public static Optional<Runnable> of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Runnable action ? Optional.of(action) : Optional.empty();
    }
}
