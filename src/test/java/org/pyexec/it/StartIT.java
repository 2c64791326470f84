package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client sees of a server that starts; the tests ask it all the time until it answers. */
@Tag("payara-micro") // other servers open their port before the application is there
@NeedsServer
class StartIT {

    @Test
    void nobodyButTheApplicationAnswersOnItsPort(Server server) {
        assertThat(server.strangers()).isEmpty();
    }
}
