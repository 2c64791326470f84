package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import org.pyexec.http.Caller;

/**
 * To whom an answer goes.
 *
 * @param client who it is, as limits and fairness see it
 */
public record Recipient(String client, AsyncContext context, AsyncResponse response) {

    /** Of a request that Jersey has suspended. */
    public static Recipient of(HttpServletRequest request, AsyncResponse response) {
        return new Recipient(Caller.of(request), request.getAsyncContext(), response);
    }
}
