package org.pyexec.app;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.servlet.ServletContainer;
import org.glassfish.jersey.servlet.ServletProperties;
import org.pyexec.http.Paths;

/**
 * Jersey, configured; the one class that knows it.
 *
 * <p>There is no {@code jakarta.ws.rs.core.Application}: TomEE makes an object of each that it finds in an archive before
 * the application has started, to serve it by its own JAX-RS.
 */
public class JerseyFilter extends ServletContainer {

    /** Warns of every object that is a resource and not a provider as well, and says falsely that it is ignored. */
    private static final Logger PROVIDERS = Logger.getLogger("org.glassfish.jersey.internal.inject.Providers");

    /** Prints a stack trace for each client that leaves in the middle of an answer; the request is in our own log. */
    private static final Logger RESPONDER = Logger.getLogger("org.glassfish.jersey.server.ServerRuntime$Responder");

    private final transient Wiring wiring;

    /** Called by the container when the application has started. */
    public JerseyFilter() {
        this(CDI.current().select(Wiring.class).get());
    }

    private JerseyFilter(Wiring wiring) {
        super(configuration(wiring.application()));
        this.wiring = wiring;
    }

    /** Called by the container when the application ends; without Jersey nobody could be answered. */
    @Override
    public void destroy() {
        wiring.endPrograms();
        super.destroy();
    }

    @Override
    public void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        super.doFilter(request.getRequestURI().contains("//") ? withSingleSlashes(request) : request, response, chain);
    }

    private static HttpServletRequest withSingleSlashes(HttpServletRequest request) {
        return new HttpServletRequestWrapper(request) {
            @Override
            public String getRequestURI() {
                return getContextPath() + Paths.of((HttpServletRequest) getRequest());
            }
        };
    }

    private static ResourceConfig configuration(Application application) {
        PROVIDERS.setLevel(Level.SEVERE);
        RESPONDER.setLevel(Level.OFF);
        ResourceConfig jersey = new ResourceConfig();
        application.webComponents().forEach(jersey::register);
        return jersey.property(ServerProperties.WADL_FEATURE_DISABLE, true)
                .property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true)
                .property(ServerProperties.OUTBOUND_CONTENT_LENGTH_BUFFER, 0) // otherwise flush() does not
                .property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true)
                .property(ServerProperties.BV_FEATURE_DISABLE, true)
                .property(ServerProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
                .property(ServletProperties.FILTER_FORWARD_ON_404, false);
    }
}
