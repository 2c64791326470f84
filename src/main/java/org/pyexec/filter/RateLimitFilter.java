package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.pyexec.api.Refusals;
import org.pyexec.api.Route;
import org.pyexec.body.Bodies;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestClient;
import org.pyexec.ratelimit.Decision;
import org.pyexec.ratelimit.RateLimitSettings;
import org.pyexec.ratelimit.RateLimiter;

/** Counts requests per client and refuses those over the limit. */
public class RateLimitFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient RateLimitSettings settings;

    @Inject
    private transient RateLimiter limiter;

    @Inject
    private transient Bodies bodies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!settings.enabled() || !Route.isCounted(Paths.of(request))) {
            chain.doFilter(request, response);
            return;
        }
        Decision decision = limiter.tryTake(RequestClient.of(request));
        describe(decision, response);
        if (decision.allowed()) {
            chain.doFilter(request, response);
        } else {
            response.setHeader("Retry-After", Long.toString(Math.max(1, decision.secondsUntilReset())));
            bodies.answerUnread(request, response, Refusals.TOO_MANY_REQUESTS.with());
        }
    }

    private void describe(Decision decision, HttpServletResponse response) {
        long window = settings.window().toSeconds();
        response.setHeader("RateLimit-Policy", "%d;w=%d".formatted(decision.limit(), window));
        response.setHeader("RateLimit-Limit", Integer.toString(decision.limit()));
        response.setHeader("RateLimit-Remaining", Integer.toString(decision.remaining()));
        response.setHeader("RateLimit-Reset", Long.toString(decision.secondsUntilReset()));
    }
}
