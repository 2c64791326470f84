package org.pyexec.app;

import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletContext;
import org.pyexec.http.HangUp;
import org.xnio.IoUtils;

/** Found and used by Undertow, in WildFly; no other server loads this class. */
public final class UndertowConnections implements ServletExtension {

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addOuterHandlerChainWrapper(next -> exchange -> {
            ServletRequestContext servlet = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY);
            if (servlet != null) {
                HangUp.offer(servlet.getServletRequest(), () -> IoUtils.safeClose(exchange.getConnection()));
            }
            next.handleRequest(exchange);
        });
    }
}
