package org.pyexec.client;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A network: the addresses with the same prefix (RFC 4632).
 *
 * @param base any one of them; bits beyond the prefix do not matter
 * @param prefixBits how many bits are the same
 */
record Network(InetAddress base, int prefixBits) {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final int MAPPED_BITS = 96;

    Network {
        if (prefixBits < 0 || prefixBits > 8 * base.getAddress().length) {
            throw new IllegalArgumentException("prefix of " + prefixBits + " bits");
        }
    }

    /** Reads an address or {@code address/bits}; empty for anything else. */
    static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return IpLiteral.parse(text).map(address -> new Network(address, 8 * address.getAddress().length));
        }
        String address = text.substring(0, slash);
        String bits = text.substring(slash + 1);
        if (!NUMBER.matcher(bits).matches()) {
            return Optional.empty();
        }
        return IpLiteral.parse(address).flatMap(base -> of(base, address, Integer.parseInt(bits)));
    }

    boolean contains(InetAddress address) {
        byte[] mine = base.getAddress();
        byte[] other = IpLiteral.unmapped(address).getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The bits of an IPv4-mapped network were counted in 128. */
    private static Optional<Network> of(InetAddress base, String written, int writtenBits) {
        int length = base.getAddress().length;
        int bits = length == 4 && written.indexOf(':') >= 0 ? writtenBits - MAPPED_BITS : writtenBits;
        return bits < 0 || bits > 8 * length ? Optional.empty() : Optional.of(new Network(base, bits));
    }
}
