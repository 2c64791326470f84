package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.pyexec.client.Client;
import org.pyexec.client.Clients;
import org.pyexec.delivery.OnRequestComplete;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;

/**
 * The first filter: gives every request its id, and writes one line to the log when it has been answered. A request that the
 * server itself refused passes here on its way to the error page.
 */
public class RequestLogFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = System.getLogger(RequestLogFilter.class.getName());
    private static final int LONGEST_WORD = 300; // characters
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x21-\\x7e]");

    @Inject
    private transient Clients clients;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestId.isAssigned(request)) {
            chain.doFilter(request, response);
            return;
        }
        long startedNanos = System.nanoTime();
        response.setHeader(RequestId.HEADER, RequestId.assign(request));
        Client client =
                clients.of(request.getRemoteAddr(), headers(request, "X-Forwarded-For"), headers(request, "Forwarded"));
        RequestClient.assign(request, client);
        try {
            chain.doFilter(request, response);
        } finally {
            OnRequestComplete.run(request, () -> log(request, response, client, startedNanos));
        }
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }

    private void log(HttpServletRequest request, HttpServletResponse response, Client client, long startedNanos) {
        LOG.log(
                Level.INFO,
                "request_id={0} event=request method={1} path={2} status={3} ms={4} client={5}",
                RequestId.of(request),
                printable(request.getMethod()),
                printable(request.getRequestURI()),
                Integer.toString(response.getStatus()),
                Long.toString((System.nanoTime() - startedNanos) / 1_000_000),
                client.address().getHostAddress());
    }

    /** A word for the log: what a client sends must not start a new line or field, nor make the line long. */
    private static String printable(String word) {
        String shown = word.length() <= LONGEST_WORD ? word : word.substring(0, LONGEST_WORD) + "...";
        return NOT_PRINTABLE.matcher(shown).replaceAll("?");
    }
}
