package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;

/** Who sent a request, as limits and fairness among clients see it: an address, or the network of one customer. */
public final class Caller {

    private static final String ATTRIBUTE = Caller.class.getName();

    private Caller() {}

    /** Remembers it in the request. */
    public static void assign(HttpServletRequest request, String name) {
        request.setAttribute(ATTRIBUTE, name);
    }

    /** What was assigned to the request. */
    public static String of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof String name ? name : "unknown";
    }
}
