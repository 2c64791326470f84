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
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.pyexec.delivery.OnRequestComplete;
import org.pyexec.http.Caller;
import org.pyexec.http.RequestId;
import org.pyexec.ratelimit.ClientKey;

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
    private transient ClientAddresses clients;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestId.isAssigned(request)) {
            chain.doFilter(request, response);
            return;
        }
        long startedNanos = System.nanoTime();
        response.setHeader(RequestId.HEADER, RequestId.assign(request));
        InetAddress client = clients.of(request);
        Caller.assign(request, ClientKey.of(client).value());
        try {
            chain.doFilter(request, response);
        } finally {
            OnRequestComplete.run(request, () -> log(request, response, client, startedNanos));
        }
    }

    private void log(HttpServletRequest request, HttpServletResponse response, InetAddress client, long startedNanos) {
        LOG.log(
                Level.INFO,
                "request_id={0} event=request method={1} path={2} status={3} ms={4} client={5}",
                RequestId.of(request),
                printable(request.getMethod()),
                printable(request.getRequestURI()),
                Integer.toString(response.getStatus()),
                Long.toString((System.nanoTime() - startedNanos) / 1_000_000),
                client.getHostAddress());
    }

    /** A word for the log: what a client sends must not start a new line or field, nor make the line long. */
    private static String printable(String word) {
        String shown = word.length() <= LONGEST_WORD ? word : word.substring(0, LONGEST_WORD) + "...";
        return NOT_PRINTABLE.matcher(shown).replaceAll("?");
    }
}
