package org.pyexec.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which origins may read answers (the Fetch standard, "HTTP extensions"); credentials are never allowed. */
public final class Cors {

    static final String METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
    static final String REQUEST_HEADERS = "Content-Type, Accept, Authorization, X-API-Key, X-Request-ID, Prefer,"
            + " Idempotency-Key, Last-Event-ID, Range, If-Range, If-None-Match";
    static final String EXPOSED_HEADERS = "X-Request-ID, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining,"
            + " RateLimit-Reset, Retry-After, Content-Disposition, Content-Range, Accept-Ranges, ETag, Location,"
            + " Preference-Applied";

    private static final int LONGEST_ORIGIN = 300;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern ORIGIN =
            Pattern.compile("null|[A-Za-z][A-Za-z0-9+.-]*://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?");

    private final List<String> allowed;

    /**
     * @param allowed the origins that may read answers; empty: any
     */
    public Cors(List<String> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** The origin to reflect; empty if there is none, it is malformed, or it is not allowed. */
    Optional<String> allowedOrigin(@Nullable String origin) {
        return Optional.ofNullable(origin)
                .filter(value -> value.length() <= LONGEST_ORIGIN)
                .filter(Cors::isWellFormed)
                .filter(value -> allowed.isEmpty() || allowed.contains(value));
    }

    /** Whether a setting names this origin, which does not only allow any. */
    boolean names(String origin) {
        return allowed.contains(origin);
    }

    private static boolean isWellFormed(String origin) {
        Matcher parts = ORIGIN.matcher(origin);
        return parts.matches() && (parts.group(1) == null || Integer.parseInt(parts.group(1)) <= HIGHEST_PORT);
    }

    static boolean isPreflight(HttpServletRequest request) {
        return request.getMethod().equals("OPTIONS")
                && request.getHeader("Origin") != null
                && request.getHeader("Access-Control-Request-Method") != null;
    }
}
