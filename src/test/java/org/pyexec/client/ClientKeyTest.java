package org.pyexec.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ClientKeyTest {

    @Test
    void ipv4CountsWhole() {
        assertThat(key("192.0.2.1")).isEqualTo(new ClientKey("192.0.2.1"));
        assertThat(key("192.0.2.1")).isNotEqualTo(key("192.0.2.2"));
        assertThat(key("255.0.0.255").value()).isEqualTo("255.0.0.255");
    }

    @Test
    void ipv6CountsByItsFirst64Bits() {
        assertThat(key("2001:db8:1:2::1")).isEqualTo(new ClientKey("2001:0db8:0001:0002::/64"));
        assertThat(key("2001:db8:1:2:ffff:ffff:ffff:ffff")).isEqualTo(key("2001:db8:1:2::1"));
        assertThat(key("2001:db8:1:3::1")).isNotEqualTo(key("2001:db8:1:2::1"));
    }

    @Test
    void ipv4MappedCountsAsIpv4() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 1};

        assertThat(ClientKey.of(Inet6Address.getByAddress(null, mapped, -1))).isEqualTo(key("192.0.2.1"));
    }

    @Test
    void scopeOfLocalAddressDoesNotMatter() throws UnknownHostException {
        byte[] local = IpLiteral.parse("fe80::1").orElseThrow().getAddress();

        assertThat(ClientKey.of(Inet6Address.getByAddress(null, local, 3))).isEqualTo(key("fe80::2"));
    }

    private static ClientKey key(String literal) {
        InetAddress address = IpLiteral.parse(literal).orElseThrow();
        return ClientKey.of(address);
    }
}
