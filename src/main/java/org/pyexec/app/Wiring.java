package org.pyexec.app;

import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;
import org.pyexec.body.Bodies;
import org.pyexec.client.ClientLimits;
import org.pyexec.client.Clients;
import org.pyexec.files.FileStore;
import org.pyexec.filter.Cors;
import org.pyexec.filter.OwnOrigin;
import org.pyexec.filter.SecurityHeaders;
import org.pyexec.ratelimit.RateLimitSettings;
import org.pyexec.ratelimit.RateLimiter;

/** Keeps the application while the application is there, and hands out what the container's own objects ask for. */
@ApplicationScoped
public class Wiring {

    private volatile @Nullable Application application;

    private volatile @Nullable ExitHook exitHook;

    /** Before the first request. What it throws is why the application can't be deployed. */
    void start(ServletContext context) {
        try {
            application = Application.build(new SettingsReader().read(), executor(), context);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        // A server that waits for its requests before it ends its applications would wait for the programs.
        exitHook = ExitHook.add(this::endPrograms);
    }

    /** Each server's own descriptor says which this is. */
    @SuppressWarnings("BanJNDI") // the name is a constant
    private static ManagedExecutorService executor() {
        try {
            return InitialContext.doLookup("java:comp/env/pyexec-executor");
        } catch (NamingException e) {
            throw new IllegalStateException("The server has no executor for the application", e);
        }
    }

    /** Before that which writes the answers goes. */
    void endPrograms() {
        started().ifPresent(Application::endPrograms);
    }

    /** After the last request; does nothing if the application did not start. */
    void stop() {
        Application built = application;
        application = null;
        ExitHook hook = exitHook;
        if (hook != null) {
            hook.close();
        }
        if (built != null) {
            built.close();
        }
    }

    /** Empty before the start and after the end. */
    Optional<Application> started() {
        return Optional.ofNullable(application);
    }

    Application application() {
        return started().orElseThrow(() -> new IllegalStateException("The application has not started"));
    }

    @Produces
    FileStore fileStore() {
        return application().storage().files();
    }

    @Produces
    Bodies bodies() {
        return application().bodies();
    }

    @Produces
    RateLimiter rateLimiter() {
        return application().rateLimiter();
    }

    @Produces
    RateLimitSettings rateLimitSettings() {
        return application().settings().rateLimit();
    }

    @Produces
    Clients clients() {
        return new Clients(application().settings().trustedProxies(), ClientLimits.USUAL);
    }

    @Produces
    Cors cors() {
        return new Cors(application().settings().headers().corsAllowedOrigins());
    }

    @Produces
    OwnOrigin ownOrigin() {
        return new OwnOrigin(clients());
    }

    @Produces
    SecurityHeaders securityHeaders() {
        return new SecurityHeaders(application().settings().headers().allowedConnectSources());
    }
}
