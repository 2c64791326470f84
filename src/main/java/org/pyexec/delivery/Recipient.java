package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import org.pyexec.client.Client;
import org.pyexec.http.RequestClient;

/**
 * To whom an answer goes.
 *
 * @param client who it is, as limits and fairness see it
 */
public record Recipient(Client client, AsyncContext context, AsyncResponse response) {

    /** Of a request that Jersey has suspended. */
    public static Recipient of(HttpServletRequest request, AsyncResponse response) {
        return new Recipient(RequestClient.of(request), request.getAsyncContext(), response);
    }
}
