package org.pyexec.delivery;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import org.pyexec.client.Client;
import org.pyexec.http.RequestClient;

/**
 * The client to which an answer goes, and its request.
 *
 * @param client the client's name, as limits and fairness use it
 */
public record Recipient(Client client, AsyncContext context, AsyncResponse response) {

    /** The recipient of the answer to a request that Jersey has suspended. */
    public static Recipient of(HttpServletRequest request, AsyncResponse response) {
        return new Recipient(RequestClient.of(request), request.getAsyncContext(), response);
    }
}
