package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The id of a request: the client's own if it is well formed, else a random UUID. */
public final class RequestId {

    public static final String HEADER = "X-Request-ID";

    private static final String ATTRIBUTE = RequestId.class.getName();
    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestId() {}

    /** Chooses the id and remembers it in the request. */
    public static String assign(HttpServletRequest request) {
        String id = choose(request.getHeader(HEADER));
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** Whether the request has an id already. */
    public static boolean isAssigned(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) != null;
    }

    /** The id that was assigned to the request. */
    public static String of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof String id ? id : "unassigned";
    }

    static String choose(@Nullable String offered) {
        return offered != null && WELL_FORMED.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
    }
}
