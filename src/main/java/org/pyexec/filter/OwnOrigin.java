package org.pyexec.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pyexec.client.Clients;

/**
 * The origin of this server's own pages (RFC 6454, section 4): scheme, host and port as the client has addressed them. What a proxy
 * says of them counts where the proxy is trusted.
 */
public final class OwnOrigin {

    private static final Pattern PORT = Pattern.compile(":[0-9]+$");

    private final Clients clients;

    public OwnOrigin(Clients clients) {
        this.clients = clients;
    }

    /** Whether the page that sends a request with this Origin is the server's own. */
    boolean is(String origin, HttpServletRequest request) {
        // A page cannot set it (Fetch Metadata; a "forbidden request-header"), and browsers know what proxies may hide.
        return "same-origin".equals(request.getHeader("Sec-Fetch-Site"))
                || of(request).equalsIgnoreCase(origin);
    }

    private String of(HttpServletRequest request) {
        boolean proxied = clients.isTrustedProxy(request.getRemoteAddr());
        String scheme = first(request, "X-Forwarded-Proto", proxied).orElseGet(request::getScheme);
        String authority = first(request, "X-Forwarded-Host", proxied).orElseGet(() -> addressed(request));
        if (!PORT.matcher(authority).find()) {
            authority += first(request, "X-Forwarded-Port", proxied)
                    .map(port -> ":" + port)
                    .orElse("");
        }
        return scheme + "://" + withoutDefaultPort(scheme, authority);
    }

    private static String addressed(HttpServletRequest request) {
        String host = request.getServerName();
        String literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return withoutDefaultPort(request.getScheme(), literal + ":" + request.getServerPort());
    }

    /** As browsers write it (URL standard, "special schemes"). */
    private static String withoutDefaultPort(String scheme, String authority) {
        String ending = scheme.toLowerCase(Locale.ROOT).equals("https") ? ":443" : ":80";
        return authority.endsWith(ending) ? authority.substring(0, authority.length() - ending.length()) : authority;
    }

    /** What the outermost of several proxies has seen. */
    private static Optional<String> first(HttpServletRequest request, String header, boolean proxied) {
        return Optional.ofNullable(proxied ? request.getHeader(header) : null)
                .map(value -> value.split(",", 2)[0].strip())
                .filter(value -> !value.isEmpty());
    }
}
