package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.pyexec.api.Refusals;
import org.pyexec.body.Bodies;
import org.pyexec.http.ForeignPage;

/** Answers preflight requests, sets CORS headers for origins that may read answers, and marks requests of foreign pages. */
public class CorsFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Cors cors;

    @Inject
    private transient OwnOrigin own;

    @Inject
    private transient Bodies bodies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.addHeader("Vary", "Origin");
        cors.allowedOrigin(request.getHeader("Origin")).ifPresent(origin -> {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Expose-Headers", Cors.EXPOSED_HEADERS);
        });
        ForeignPage.assign(request, isOfAForeignPage(request));
        if (Cors.isPreflight(request)) {
            preflight(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Browsers send Origin with every request whose answer the page could read, and with every one but GET and HEAD. */
    private boolean isOfAForeignPage(HttpServletRequest request) {
        String origin = request.getHeader("Origin");
        return origin != null && !cors.names(origin) && !own.is(origin, request);
    }

    private void preflight(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Bodies.hasBody(request)) { // no browser sends one
            bodies.answerUnread(request, response, Refusals.PREFLIGHT_WITH_BODY.with());
            return;
        }
        response.addHeader("Vary", "Access-Control-Request-Method");
        response.addHeader("Vary", "Access-Control-Request-Headers");
        if (response.containsHeader("Access-Control-Allow-Origin")) {
            response.setHeader("Access-Control-Allow-Methods", Cors.METHODS);
            response.setHeader("Access-Control-Allow-Headers", Cors.REQUEST_HEADERS);
            response.setHeader("Access-Control-Max-Age", "600");
        }
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }
}
