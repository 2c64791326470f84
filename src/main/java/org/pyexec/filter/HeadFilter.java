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
import org.pyexec.body.ContentCodings;

/** Refuses requests whose bodies could not be understood, before the bodies are read. */
public class HeadFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Bodies bodies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<Refused> fault = RequestHeads.typeFaultOf(request).or(() -> RequestHeads.codingFaultOf(request));
        if (fault.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            if (fault.get().status() == HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE) {
                response.setHeader("Accept-Encoding", ContentCodings.UNDERSTOOD); // RFC 9110, section 15.5.16
            }
            bodies.answerUnread(request, response, fault.get());
        }
    }
}
