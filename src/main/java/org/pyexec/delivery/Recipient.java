package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import org.pyexec.http.Caller;

/**
 * The client to which an answer goes, and its request.
 *
 * @param client the client's name, as limits and fairness use it
 */
public record Recipient(String client, AsyncContext context, AsyncResponse response) {

    /** The recipient of the answer to a request that Jersey has suspended. */
    public static Recipient of(HttpServletRequest request, AsyncResponse response) {
        return new Recipient(Caller.of(request), request.getAsyncContext(), response);
    }
}
