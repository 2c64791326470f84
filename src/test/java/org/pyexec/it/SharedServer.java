package org.pyexec.it;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands out one server for the whole run of the tests: started at the first use, stopped at the end.
 *
 * <p>A test that asks for {@link Http} needs only a base URL, and gets the one of the system property
 * {@code pyexec.baseUrl} where that is set. A test that asks for {@link Server} looks at its process, its log or its
 * folder too.
 */
final class SharedServer implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedServer.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Http.class || type == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() == Server.class) {
            return server(context);
        }
        return Optional.ofNullable(System.getProperty("pyexec.baseUrl"))
                .filter(url -> !url.isBlank())
                .map(url -> new Http(URI.create(url)))
                .orElseGet(() -> server(context).http());
    }

    private static Server server(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        Server.class, type -> Server.start(Map.of("RATE_LIMIT_MAX", "1000000")), Server.class);
    }
}
