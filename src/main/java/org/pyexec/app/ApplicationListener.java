package org.pyexec.app;

import jakarta.enterprise.concurrent.ManagedExecutorDefinition;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/**
 * Opens the application before the container makes the filters, and closes them when it has destroyed those.
 *
 * <p>The executor is for servers whose own descriptor refers to it: their default has few threads, and a queue for what
 * those can't take.
 */
@ManagedExecutorDefinition(name = "java:module/concurrent/pyexec", maxAsync = 10_000)
public class ApplicationListener implements ServletContextListener {

    @Inject
    private Wiring wiring;

    /** Called by the container. */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        wiring.start(event.getServletContext());
    }

    /** Called by the container. */
    @Override
    public void contextDestroyed(ServletContextEvent event) {
        wiring.stop();
    }
}
