package org.pyexec.delivery;

import jakarta.servlet.ServletRequest;
import java.util.Optional;

/**
 * Ends the connection of a request, where the application server lets an application do that. Undertow does: else it would read the rest
 * of a body that nobody wants, on one of its threads, for as long as the client likes.
 */
public final class HangUp {

    private static final String ATTRIBUTE = HangUp.class.getName();

    private HangUp() {}

    /** Remembers how it is done. */
    public static void offer(ServletRequest request, Runnable action) {
        request.setAttribute(ATTRIBUTE, action);
    }

    /** What ends the connection, where that has been offered. */
    public static Optional<Runnable> of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Runnable action ? Optional.of(action) : Optional.empty();
    }
}
