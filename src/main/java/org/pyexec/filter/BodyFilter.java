package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.pyexec.body.Bodies;

/** Passes a request on when its whole body has been received, so that a slow client holds no thread. */
public class BodyFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Bodies bodies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        bodies.receive(request, response, chain);
    }
}
