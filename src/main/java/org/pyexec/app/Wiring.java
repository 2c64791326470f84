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
import org.pyexec.files.FileStore;
import org.pyexec.filter.Bodies;
import org.pyexec.filter.ClientAddresses;
import org.pyexec.filter.Cors;
import org.pyexec.filter.OwnOrigin;
import org.pyexec.filter.SecurityHeaders;
import org.pyexec.ratelimit.RateLimitSettings;
import org.pyexec.ratelimit.RateLimiter;

/** Keeps the rooms while the application is there, and hands out what the container's own objects ask for. */
@ApplicationScoped
public class Wiring {

    private volatile @Nullable Rooms rooms;

    private volatile @Nullable ExitHook exitHook;

    /** Before the first request. What it throws is why the application can't be deployed. */
    void start(ServletContext context) {
        try {
            rooms = Rooms.build(new SettingsReader().read(), executor(), context);
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
        startedRooms().ifPresent(Rooms::endPrograms);
    }

    /** After the last request; does nothing if the application did not start. */
    void stop() {
        Rooms built = rooms;
        rooms = null;
        ExitHook hook = exitHook;
        if (hook != null) {
            hook.close();
        }
        if (built != null) {
            built.close();
        }
    }

    /** Empty before the start and after the end. */
    Optional<Rooms> startedRooms() {
        return Optional.ofNullable(rooms);
    }

    Rooms rooms() {
        return startedRooms().orElseThrow(() -> new IllegalStateException("The application has not started"));
    }

    @Produces
    FileStore fileStore() {
        return rooms().storage().files();
    }

    @Produces
    Bodies bodies() {
        return rooms().bodies();
    }

    @Produces
    RateLimiter rateLimiter() {
        return rooms().rateLimiter();
    }

    @Produces
    RateLimitSettings rateLimitSettings() {
        return rooms().settings().rateLimit();
    }

    @Produces
    ClientAddresses clientAddresses() {
        return new ClientAddresses(rooms().settings().trustedProxies());
    }

    @Produces
    Cors cors() {
        return new Cors(rooms().settings().headers().corsAllowedOrigins());
    }

    @Produces
    OwnOrigin ownOrigin() {
        return new OwnOrigin(clientAddresses());
    }

    @Produces
    SecurityHeaders securityHeaders() {
        return new SecurityHeaders(rooms().settings().headers().allowedConnectSources());
    }
}
