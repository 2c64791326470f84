package org.pyexec.it.support;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands out the servers of {@link Setup} for the whole run of the tests: each started at its first use, all stopped at the
 * end.
 *
 * <p>A test that asks for {@link Http} needs only a base URL, and gets the one of the system property
 * {@code pyexec.baseUrl} where that is set and the usual settings will do. A test that asks for {@link Server} looks at its
 * process, its log or its folder too.
 */
final class SharedServers implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedServers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Http.class || type == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Setup setup = NeedsServer.ServerLock.of(context.getRequiredTestClass());
        if (parameter.getParameter().getType() == Server.class) {
            return running(context).server(setup);
        }
        return Optional.ofNullable(System.getProperty("pyexec.baseUrl"))
                .filter(url -> !url.isBlank() && setup == Setup.USUAL)
                .map(url -> new Http(URI.create(url)))
                .orElseGet(() -> running(context).server(setup).http());
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, type -> new Running(), Running.class);
    }

    /** The servers that have been started. A setup that failed to start is not tried again: later classes fail at once. */
    private static final class Running implements AutoCloseable {

        private final Map<Setup, CompletableFuture<Server>> servers = new ConcurrentHashMap<>();

        Server server(Setup setup) {
            CompletableFuture<Server> mine = new CompletableFuture<>();
            CompletableFuture<Server> other = servers.putIfAbsent(setup, mine);
            if (other != null) {
                return other.join();
            }
            try {
                mine.complete(setup.start());
            } catch (RuntimeException | Error e) {
                mine.completeExceptionally(e);
            }
            return mine.join();
        }

        @Override
        public void close() {
            CompletableFuture<?>[] ends = servers.values().stream()
                    .filter(server -> !server.isCompletedExceptionally())
                    .map(server -> server.thenAcceptAsync(Server::close))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends).join();
        }
    }
}
