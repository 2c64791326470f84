package org.pyexec.browser;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.pyexec.it.support.Server;

/** Hands out one {@link Browser} for the whole run of the tests: started at its first use, closed at the end. */
final class SharedBrowser implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedBrowser.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, type -> new Running(), Running.class)
                .browser;
    }

    /** The browser and the folder of its profile. */
    private static final class Running implements AutoCloseable {

        private final Path folder = Server.temporaryFolder();
        private final Browser browser = new Browser(folder.resolve("profile"));

        @Override
        public void close() {
            browser.close();
            Server.deleteFolder(folder);
        }
    }
}
