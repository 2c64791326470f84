package org.pyexec.app;

import fish.payara.arquillian.container.payara.managed.PayaraMicroDeployableContainer;
import java.time.Duration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.as.arquillian.container.managed.ManagedDeployableContainer;
import org.jboss.shrinkwrap.api.Archive;
import org.pyexec.support.Ports;
import org.pyexec.support.ServerStarts;

/** Arquillian takes the one container that it finds; here are two, and the system property pyexec.server says which. */
public class ContainerChoice implements LoadableExtension {

    @Override
    public void register(ExtensionBuilder builder) {
        switch (System.getProperty("pyexec.server", "payara-micro")) {
            case "payara-micro" -> {
                builder.override(DeployableContainer.class, ManagedDeployableContainer.class, PayaraMicro.class);
                builder.override(DeployableContainer.class, PayaraMicroDeployableContainer.class, PayaraMicro.class);
            }
            case "wildfly" -> {
                // For arquillian.xml, which is read after this.
                System.setProperty("pyexec.containerPort", Integer.toString(Ports.lend()));
                System.setProperty("pyexec.managementPort", Integer.toString(Ports.lend()));
                builder.override(
                        DeployableContainer.class,
                        PayaraMicroDeployableContainer.class,
                        ManagedDeployableContainer.class);
            }
            default -> throw new IllegalStateException("There is no container of Arquillian's for this server");
        }
    }

    /**
     * Deploys again when the server is there and its servlets are not: Arquillian's container for Payara Micro 3.1 reads the
     * server's log while that is being written, and when it has seen only half of the lines that matter it believes that
     * nothing was deployed.
     */
    public static class PayaraMicro extends PayaraMicroDeployableContainer {

        private static final int ATTEMPTS = 3;

        @Override
        public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
            long began = System.nanoTime();
            ProtocolMetaData found = super.deploy(archive);
            for (int i = 1; i < ATTEMPTS && hasNoServlets(found); i++) {
                note(ServerStarts.Result.REPEATED, began);
                undeploy(archive);
                found = super.deploy(archive);
            }
            note(ServerStarts.Result.STARTED, began);
            return found;
        }

        private static void note(ServerStarts.Result result, long began) {
            ServerStarts.note(result, Duration.ofNanos(System.nanoTime() - began), "Arquillian's");
        }

        private static boolean hasNoServlets(ProtocolMetaData found) {
            return found.getContexts(HTTPContext.class).stream()
                    .allMatch(context -> context.getServlets().isEmpty());
        }
    }
}
