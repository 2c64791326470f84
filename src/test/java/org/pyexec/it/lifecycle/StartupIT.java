package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.support.Ports;

/** What a client sees of a server that is starting; the tests send requests until it is ready. */
@NeedsServer
class StartupIT {

    @Tag("not-tomee") // it opens its port before the application is there
    @Test
    void nobodyButTheApplicationAnswersOnItsPort(Server server) {
        assertThat(server.strangers()).isEmpty();
    }

    @Tag("payara-micro")
    @Test
    void portThatIsInUseStopsTheStartWithOneLineThatNamesIt() throws IOException {
        int port = Ports.lend();
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(port));
            Server.Refusal refusal = Server.startRefused(Map.of("PORT", Integer.toString(port)));
            assertThat(refusal.exitCode()).isNotZero();
            assertThat(refusal.log().lines())
                    .anySatisfy(line -> assertThat(line).contains("port " + port + " is in use"));
        }
    }
}
