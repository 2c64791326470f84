package org.pyexec.it;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An instance with settings of its own for the tests of one class. */
final class OwnServer implements BeforeAllCallback, AfterAllCallback {

    private final Map<String, String> settings;
    private @Nullable Server server;

    OwnServer(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        server = Server.start(settings);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (server != null) {
            server.close();
        }
    }

    Server server() {
        return Objects.requireNonNull(server);
    }

    Http http() {
        return server().http();
    }
}
