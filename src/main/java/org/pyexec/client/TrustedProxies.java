package org.pyexec.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The proxies that are trusted to report a client's address. No name is ever resolved. */
public final class TrustedProxies {

    private final List<Network> networks;

    private TrustedProxies(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    /**
     * Reads a list such as {@code 10.0.0.0/8, 2001:db8::1}; blank means that no proxy is trusted.
     *
     * @throws IllegalArgumentException with one line that names the entry that is neither address nor network
     */
    public static TrustedProxies parse(String commaSeparated) {
        List<Network> networks = new ArrayList<>();
        if (!commaSeparated.isBlank()) {
            for (String entry : commaSeparated.split(",", -1)) {
                networks.add(network(entry.strip()));
            }
        }
        return new TrustedProxies(networks);
    }

    /**
     * The address that a request comes from: the peer, or if that is a trusted proxy the nearest address in front of it
     * that is not one.
     *
     * <p>Each proxy appends the address that it saw, so a header is read from the right and what a stranger put at its
     * left is never reached. What can't be read ends the walk at the last good address. A proxy passes on the header
     * that it does not know as the client sent it; so when both headers are there and disagree, neither is believed.
     *
     * @param peer the other end of the connection
     * @param xForwardedFor all {@code X-Forwarded-For} headers, in their order
     * @param forwarded all {@code Forwarded} headers (RFC 7239), in their order
     */
    public InetAddress clientAddress(InetAddress peer, List<String> xForwardedFor, List<String> forwarded) {
        InetAddress nearest = IpLiteral.unmapped(peer);
        if (!contains(nearest) || (xForwardedFor.isEmpty() && forwarded.isEmpty())) {
            return nearest;
        }
        if (forwarded.isEmpty()) {
            return walk(nearest, ForwardedFor.xForwardedFor(xForwardedFor));
        }
        InetAddress standard = walk(nearest, ForwardedFor.forwarded(forwarded));
        if (xForwardedFor.isEmpty() || standard.equals(walk(nearest, ForwardedFor.xForwardedFor(xForwardedFor)))) {
            return standard;
        }
        return nearest;
    }

    /** @param hops from left to right; empty where nothing could be read */
    private InetAddress walk(InetAddress peer, List<Optional<InetAddress>> hops) {
        InetAddress nearest = peer;
        for (int i = hops.size() - 1; i >= 0 && contains(nearest); i--) {
            if (hops.get(i).isEmpty()) {
                return nearest;
            }
            nearest = hops.get(i).get();
        }
        return nearest;
    }

    /** Whether this is the address of one of them. */
    public boolean trusts(InetAddress peer) {
        return contains(IpLiteral.unmapped(peer));
    }

    private boolean contains(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static Network network(String entry) {
        return Network.parse(entry)
                .orElseThrow(() -> new IllegalArgumentException(
                        "not an IP address or network such as 10.0.0.0/8: \"" + printable(entry) + "\""));
    }

    private static String printable(String entry) {
        return entry.replaceAll("\\p{Cntrl}", "?");
    }
}
