package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;

/** The rate limit behind a trusted proxy: requests count for the client that the proxy names. */
@Tag("slow")
@NeedsServer(Setup.PROXIED)
class TrustedProxiesIT {

    private static final String PROXY = Setup.PROXY;
    private static final String INNER_PROXY = "10.1.2.3";

    private final URI base;

    TrustedProxiesIT(Server server) {
        this.base = server.baseUrl();
    }

    @Test
    void trustedProxysClientHasTheLimit() throws IOException {
        assertThat(remaining(viaProxy("X-Forwarded-For", "198.51.100.1"))).isEqualTo(49);
        assertThat(remaining(viaProxy("X-Forwarded-For", "198.51.100.1"))).isEqualTo(48);
        assertThat(remaining(viaProxy("X-Forwarded-For", "198.51.100.2"))).isEqualTo(49);
    }

    @Test
    void forwardedAddressesAreReadFromTheRight() throws IOException {
        assertThat(remaining(viaProxy("X-Forwarded-For", "203.0.113.50, 198.51.100.3")))
                .isEqualTo(49);
        assertThat(remaining(viaProxy("X-Forwarded-For", "203.0.113.51, 198.51.100.3")))
                .isEqualTo(48);
        assertThat(remaining(viaProxy("X-Forwarded-For", "203.0.113.52,198.51.100.3, " + INNER_PROXY)))
                .isEqualTo(47);
    }

    @Test
    void standardForwardedHeaderIsReadToo() throws IOException {
        assertThat(remaining(viaProxy("Forwarded", "for=198.51.100.4;proto=https")))
                .isEqualTo(49);
        assertThat(remaining(viaProxy("Forwarded", "for=203.0.113.60, For=\"198.51.100.4:4711\";by=10.0.0.1")))
                .isEqualTo(48);
        assertThat(remaining(viaProxy("Forwarded", "for=\"[2001:db8:9::1]:4711\"")))
                .isEqualTo(49);
        assertThat(remaining(viaProxy("Forwarded", "for=\"[2001:db8:9::2]\""))).isEqualTo(48);
    }

    @Test
    void addressesOfOneSixtyFourShareALimit() throws IOException {
        assertThat(remaining(viaProxy("X-Forwarded-For", "2001:db8:1:2::1"))).isEqualTo(49);
        assertThat(remaining(viaProxy("X-Forwarded-For", "2001:db8:1:2:ffff::9")))
                .isEqualTo(48);
        assertThat(remaining(viaProxy("X-Forwarded-For", "2001:db8:1:3::1"))).isEqualTo(49);
    }

    @Test
    void mappedAddressIsTheAddressItself() throws IOException {
        assertThat(remaining(viaProxy("X-Forwarded-For", "198.51.100.7"))).isEqualTo(49);
        assertThat(remaining(viaProxy("X-Forwarded-For", "::ffff:198.51.100.7")))
                .isEqualTo(48);
    }

    @Test
    void nonsenseInAForwardedHeaderBreaksNothing() throws IOException {
        for (String value : List.of("", ",", "unknown", "_hidden", "999.1.1.1", "a b c", "for=", "x".repeat(5000))) {
            assertThat(viaProxy("X-Forwarded-For", value).status()).as(value).isIn(200, 429);
            assertThat(viaProxy("Forwarded", value).status()).as(value).isIn(200, 429);
        }
    }

    private Answer viaProxy(String name, String value) throws IOException {
        return RawConnection.get(PROXY, base, "/api", name, value);
    }

    private static int remaining(Answer answer) {
        return Integer.parseInt(answer.required("RateLimit-Remaining"));
    }
}
