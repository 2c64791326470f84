package org.pyexec.client;

import java.net.InetAddress;
import java.util.HexFormat;

/**
 * The name of a client that is known by its address: an IPv4 address, or a /64 of IPv6, because that is what one customer
 * gets (RFC 6177).
 *
 * @param value an address such as {@code 192.0.2.1}, or a prefix such as {@code 2001:0db8:0000:0001::/64}
 */
record ClientKey(String value) {

    private static final int GROUPS_OF_PREFIX = 4;

    /** The key of an address; an IPv4-mapped one counts as IPv4. */
    static ClientKey of(InetAddress address) {
        byte[] bytes = IpLiteral.unmapped(address).getAddress();
        return new ClientKey(bytes.length == 4 ? dotted(bytes) : prefix(bytes));
    }

    private static String dotted(byte[] bytes) {
        return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
    }

    private static String prefix(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int group = 0; group < GROUPS_OF_PREFIX; group++) {
            text.append(HexFormat.of().formatHex(bytes, 2 * group, 2 * group + 2))
                    .append(':');
        }
        return text.append(":/64").toString();
    }
}
