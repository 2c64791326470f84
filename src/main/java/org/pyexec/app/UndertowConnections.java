package org.pyexec.app;

import io.undertow.server.ServerConnection;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.pyexec.delivery.HangUp;

/**
 * Found and used by Undertow, in WildFly; no other server loads this class.
 *
 * <p>A deployment sees Undertow's classes and not XNIO's below them, so none of those is named here, not even as the type of an
 * expression on which a method is called. A connection is closed by its own I/O thread: closed by another one, its descriptor is kept
 * until that thread has something to do (java.nio.channels.SelectionKey#cancel).
 */
public final class UndertowConnections implements ServletExtension {

    private static final System.Logger LOG = System.getLogger(UndertowConnections.class.getName());

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addOuterHandlerChainWrapper(next -> exchange -> {
            ServletRequestContext servlet = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY);
            if (servlet != null) {
                HangUp.offer(servlet.getServletRequest(), () -> hangUp(exchange.getConnection()));
            }
            next.handleRequest(exchange);
        });
    }

    private static void hangUp(ServerConnection connection) {
        Executor ioThread = connection.getIoThread();
        ioThread.execute(() -> {
            try {
                connection.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "A connection was not closed in peace", e);
            }
        });
    }
}
