package org.pyexec.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

    private static final String PROXY = "10.0.0.1";
    private final TrustedProxies proxies = TrustedProxies.parse("10.0.0.0/8, 2001:db8:ffff::/48,192.0.2.99");

    @Test
    void headersOfStrangerChangeNothing() {
        assertThat(client("198.51.100.7", List.of("1.2.3.4"), List.of("for=1.2.3.4")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void withoutTrustedProxiesNoHeaderCounts() {
        TrustedProxies none = TrustedProxies.parse(" ");

        assertThat(none.clientAddress(address(PROXY), List.of("1.2.3.4"), List.of()))
                .isEqualTo(address(PROXY));
    }

    @Test
    void proxyWithoutHeaderIsTheClient() {
        assertThat(client(PROXY, List.of(), List.of())).isEqualTo(PROXY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.5|203.0.113.5",
                "6.6.6.6, 203.0.113.5|203.0.113.5",
                "6.6.6.6, 203.0.113.5, 10.2.3.4, 192.0.2.99|203.0.113.5",
                "10.9.9.9, 10.2.3.4|10.9.9.9",
                "203.0.113.5:1234|203.0.113.5",
                "2001:db8::5|2001:db8:0:0:0:0:0:5",
                "[2001:db8::5]|2001:db8:0:0:0:0:0:5",
                "[2001:db8::5]:443, 2001:db8:ffff::1|2001:db8:0:0:0:0:0:5",
                "'\"203.0.113.5\"'|203.0.113.5",
                "::ffff:203.0.113.5|203.0.113.5",
                " 203.0.113.5 ,, |203.0.113.5",
                "garbage, 203.0.113.5|203.0.113.5"
            })
    void xForwardedForIsReadFromTheRightPastTrustedProxies(String header, String client) {
        assertThat(client(PROXY, List.of(header), List.of())).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown", "203.0.113.5, example.com", "203.0.113.5, localhost", "203.0.113.5, _hidden",
                        "1.2.3.4, 1.2.3",
                "1.2.3.4, 10.0.0.2.", "1.2.3.4, [10.0.0.2]", "1.2.3.4, fe80::1%eth0", "1.2.3.4, [::1",
                        "1.2.3.4, 1.2.3.4:port",
                "1.2.3.4, \"", ""
            })
    void garbageEndsTheWalkAtTheLastGoodAddress(String header) {
        assertThat(client(PROXY, List.of(header), List.of())).isEqualTo(PROXY);
        assertThat(client(PROXY, List.of(header + ", 10.7.7.7"), List.of())).isEqualTo("10.7.7.7");
    }

    @Test
    void severalHeadersAreOneListInTheirOrder() {
        assertThat(client(PROXY, List.of("6.6.6.6", "203.0.113.5, 10.2.3.4", "10.5.5.5"), List.of()))
                .isEqualTo("203.0.113.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "for=203.0.113.5|203.0.113.5",
                "For=203.0.113.5;proto=https;by=10.0.0.1|203.0.113.5",
                "proto=http; FOR=\"203.0.113.5:80\"|203.0.113.5",
                "for=\"[2001:db8::5]:4711\"|2001:db8:0:0:0:0:0:5",
                "for=\"[2001:db8::5]\"|2001:db8:0:0:0:0:0:5",
                "for=6.6.6.6, for=203.0.113.5, for=10.2.3.4|203.0.113.5",
                "for=6.6.6.6;ext=\"a,b;for=7.7.7.7\", for=203.0.113.5|203.0.113.5",
                "for=6.6.6.6;ext=\"a\\\",for=7.7.7.7\", for=203.0.113.5|203.0.113.5",
                "nonsense, for=203.0.113.5|203.0.113.5",
                ", for=203.0.113.5 ,|203.0.113.5"
            })
    void forwardedIsReadFromTheRightPastTrustedProxies(String header, String client) {
        assertThat(client(PROXY, List.of(), List.of(header))).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=unknown",
                "for=_secret",
                "proto=https",
                "for=",
                "for=1.2.3.4;for=5.6.7.8",
                "for=\"1.2.3.4",
                "1.2.3.4",
                "for=6.6.6.6;x=\", for=203.0.113.5",
                "for=6.6.6.6;x=\", for=\"[2001:db8::5]\"",
                "for=example.com",
                "\"",
                "\\"
            })
    void forwardedWithoutOneReadableAddressSaysNothing(String header) {
        assertThat(client(PROXY, List.of(), List.of(header))).isEqualTo(PROXY);
        assertThat(client(PROXY, List.of(), List.of(header, "for=10.7.7.7"))).isEqualTo("10.7.7.7");
    }

    @Test
    void headersThatDisagreeAreBothIgnored() {
        assertThat(client(PROXY, List.of("6.6.6.6"), List.of("for=203.0.113.5")))
                .isEqualTo(PROXY);
        assertThat(client(PROXY, List.of("203.0.113.5"), List.of("for=6.6.6.6")))
                .isEqualTo(PROXY);
        assertThat(client(PROXY, List.of("203.0.113.5"), List.of("for=203.0.113.5;proto=https")))
                .isEqualTo("203.0.113.5");
    }

    @Test
    void ipv4MappedPeerIsTrustedAsIpv4() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
        InetAddress peer = Inet6Address.getByAddress(null, mapped, -1);

        assertThat(proxies.clientAddress(peer, List.of("203.0.113.5"), List.of()))
                .isEqualTo(address("203.0.113.5"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1/32, 192.0.2.1, true",
        "0.0.0.0/0, 203.0.113.5, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 203.0.113.5, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "::ffff:10.0.0.0/104, 10.1.1.1, true",
        "::ffff:10.0.0.0/104, 11.1.1.1, false"
    })
    void networkContainsTheAddressesWithItsPrefix(String network, String peer, boolean trusted) {
        InetAddress client =
                TrustedProxies.parse(network).clientAddress(address(peer), List.of("198.51.100.200"), List.of());

        assertThat(client).isEqualTo(address(trusted ? "198.51.100.200" : peer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "proxy.example.com",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "/8",
                "10.0.0/8",
                "::/129",
                "::1/x",
                "10.0.0.0/8/8",
                "10.0.0.0/8,",
                ",",
                "10.0.0.0/8;::1",
                "::ffff:10.0.0.0/8",
                "10.0.0.0/008x",
                "fe80::1%eth0",
                "a\nb"
            })
    void badListIsRefusedInOneLine(String list) {
        assertThatThrownBy(() -> TrustedProxies.parse(list))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("not an IP address or network such as 10.0.0.0/8: \"")
                .doesNotContain("\n");
    }

    private String client(String peer, List<String> xForwardedFor, List<String> forwarded) {
        return proxies.clientAddress(address(peer), xForwardedFor, forwarded).getHostAddress();
    }

    private static InetAddress address(String literal) {
        return IpLiteral.parse(literal).orElseThrow();
    }
}
