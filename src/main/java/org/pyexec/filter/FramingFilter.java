package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.pyexec.api.Refused;
import org.pyexec.body.Bodies;

/**
 * Refuses requests whose end servers may find at different places: what one server takes for the body, the next one would take
 * for another request (request smuggling). Their connections are closed.
 */
public class FramingFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Bodies bodies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getHeader("Transfer-Encoding") != null) {
            // RFC 9112, section 6.1, for a request with a Content-Length as well: Grizzly takes that away before
            // anybody sees it.
            response.setHeader("Connection", "close");
        }
        Optional<Refused> fault = RequestHeads.framingFaultOf(request);
        if (fault.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            bodies.answerUnread(request, response, fault.get());
        }
    }
}
