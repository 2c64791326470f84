package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;
import org.pyexec.client.Client;

/** The client who sent a request, kept as an attribute of it. */
public final class RequestClient {

    private static final String ATTRIBUTE = RequestClient.class.getName();
    private static final Client UNKNOWN = Client.local("unknown");

    private RequestClient() {}

    /** Remembers it in the request. */
    public static void assign(HttpServletRequest request, Client client) {
        request.setAttribute(ATTRIBUTE, client);
    }

    /** What was assigned to the request. */
    public static Client of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Client client ? client : UNKNOWN;
    }
}
