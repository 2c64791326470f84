package org.pyexec.app;

import jakarta.enterprise.inject.spi.CDI;
import org.glassfish.jersey.media.multipart.MultiPartFeature;
import org.glassfish.jersey.media.multipart.MultiPartProperties;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.servlet.ServletProperties;

/** Configures Jersey; the one class that knows it. */
public class JerseyApplication extends ResourceConfig {

    /** Called by Jersey's filter when the application starts. */
    public JerseyApplication() {
        Rooms rooms = CDI.current().select(Wiring.class).get().rooms();
        rooms.webComponents().forEach(this::register);
        register(MultiPartFeature.class);
        register(new MultiPartProperties()
                .tempDir(rooms.files().incoming().toString())
                .resolver());
        property(ServerProperties.WADL_FEATURE_DISABLE, true);
        property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
        property(ServerProperties.BV_FEATURE_DISABLE, true);
        property(ServerProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true);
        property(ServletProperties.FILTER_FORWARD_ON_404, false);
    }
}
