package org.pyexec.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The security headers, as helmet 8 sends them, with two differences: scripts and styles come from files only, and
 * what would break a page on plain HTTP is sent over TLS only.
 */
public final class SecurityHeaders {

    private final Map<String, String> plain;
    private final Map<String, String> secure;

    /**
     * @param connectSources what a page may connect to beside this server
     */
    public SecurityHeaders(List<String> connectSources) {
        this.plain = headers(connectSources, false);
        this.secure = headers(connectSources, true);
    }

    Map<String, String> of(boolean tls) {
        return tls ? secure : plain;
    }

    private static Map<String, String> headers(List<String> connectSources, boolean tls) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Security-Policy", contentSecurityPolicy(connectSources, tls));
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Resource-Policy", "cross-origin");
        headers.put("Origin-Agent-Cluster", "?1");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-DNS-Prefetch-Control", "off");
        headers.put("X-Download-Options", "noopen");
        headers.put("X-Frame-Options", "SAMEORIGIN");
        headers.put("X-Permitted-Cross-Domain-Policies", "none");
        headers.put("X-XSS-Protection", "0");
        // Some servers name themselves and their version unless the application did.
        headers.put("Server", "python-executor");
        if (tls) {
            headers.put("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
        return Map.copyOf(headers);
    }

    private static String contentSecurityPolicy(List<String> connectSources, boolean tls) {
        String connect = String.join(" ", connectSources);
        String policy = "default-src 'self'; base-uri 'self'; connect-src 'self'" + (connect.isEmpty() ? "" : " ")
                + connect + "; font-src 'self'; form-action 'self'; frame-ancestors 'self'; img-src 'self' data:;"
                + " object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'";
        return tls ? policy + "; upgrade-insecure-requests" : policy;
    }
}
