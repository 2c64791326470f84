package org.pyexec.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads IP addresses written as numbers. Java's own parser asks the DNS about what it cannot read, so it never gets text
 * from strangers.
 */
final class IpLiteral {

    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");
    private static final int GROUPS = 8;

    private IpLiteral() {}

    /**
     * An address in the text forms of RFC 4291, section 2.2, or four decimal numbers without leading zeros; empty for
     * anything else, scopes such as {@code %eth0} included. An IPv4-mapped address comes as IPv4.
     */
    static Optional<InetAddress> parse(String text) {
        return (text.indexOf(':') < 0 ? ipv4(text) : ipv6(text)).map(IpLiteral::address);
    }

    /** The IPv4 address inside an IPv4-mapped one; any other as it is. */
    static InetAddress unmapped(InetAddress address) {
        if (address instanceof Inet6Address && isMapped(address.getAddress())) {
            return address(Arrays.copyOfRange(address.getAddress(), 12, 16));
        }
        return address;
    }

    private static boolean isMapped(byte[] bytes) {
        byte[] prefix = new byte[12];
        prefix[10] = (byte) 0xff;
        prefix[11] = (byte) 0xff;
        return Arrays.equals(prefix, Arrays.copyOf(bytes, 12));
    }

    private static Optional<byte[]> ipv4(String text) {
        String[] octets = text.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (octets.length != bytes.length) {
            return Optional.empty();
        }
        for (int i = 0; i < bytes.length; i++) {
            if (!OCTET.matcher(octets[i]).matches() || Integer.parseInt(octets[i]) > 255) {
                return Optional.empty();
            }
            bytes[i] = (byte) Integer.parseInt(octets[i]);
        }
        return Optional.of(bytes);
    }

    private static Optional<byte[]> ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text).filter(bytes -> bytes.length == 2 * GROUPS);
        }
        Optional<byte[]> left = groupsBeforeGap(text.substring(0, gap));
        Optional<byte[]> right = groups(text.substring(gap + 2));
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        return joined(left.get(), right.get());
    }

    /** The gap stands for one group of zeros at least. */
    private static Optional<byte[]> joined(byte[] left, byte[] right) {
        if (left.length + right.length > 2 * (GROUPS - 1)) {
            return Optional.empty();
        }
        byte[] bytes = Arrays.copyOf(left, 2 * GROUPS);
        System.arraycopy(right, 0, bytes, bytes.length - right.length, right.length);
        return Optional.of(bytes);
    }

    /** Dotted numbers may only stand at an address's end. */
    private static Optional<byte[]> groupsBeforeGap(String text) {
        return text.indexOf('.') < 0 ? groups(text) : Optional.empty();
    }

    private static Optional<byte[]> groups(String text) {
        if (text.isEmpty()) {
            return Optional.of(new byte[0]);
        }
        String[] parts = text.split(":", -1);
        if (parts.length > GROUPS) {
            return Optional.empty();
        }
        byte[] bytes = new byte[0];
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            Optional<byte[]> part = last && parts[i].indexOf('.') >= 0 ? ipv4(parts[i]) : group(parts[i]);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            bytes = concat(bytes, part.get());
        }
        return Optional.of(bytes);
    }

    private static Optional<byte[]> group(String text) {
        if (!GROUP.matcher(text).matches()) {
            return Optional.empty();
        }
        int value = Integer.parseInt(text, 16);
        return Optional.of(new byte[] {(byte) (value >> 8), (byte) value});
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
