package org.pyexec.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out which client sent a request. Only this class makes the {@link Client} of a request. */
public final class Clients {

    private final TrustedProxies trusted;
    private final ClientLimits limits;

    /**
     * @param limits of every client that is known by its address
     */
    public Clients(TrustedProxies trusted, ClientLimits limits) {
        this.trusted = trusted;
        this.limits = limits;
    }

    /**
     * The client at the peer's address, or at the address that a trusted proxy tells. Never resolves a name.
     *
     * @param peer the address of the connection's other end, as the server gives it
     * @param xForwardedFor the values of the headers of this name, in their order
     * @param forwarded the values of the headers of this name, in their order
     */
    public Client of(@Nullable String peer, List<String> xForwardedFor, List<String> forwarded) {
        return Client.at(trusted.clientAddress(address(peer), xForwardedFor, forwarded), limits);
    }

    /** Whether the other end of the connection is a proxy whose word counts. */
    public boolean isTrustedProxy(@Nullable String peer) {
        return trusted.trusts(address(peer));
    }

    /** Where there is none, it must not be taken for this host, which may be a proxy that is trusted. */
    private static InetAddress address(@Nullable String peer) {
        if (peer == null || peer.isBlank()) {
            throw new IllegalStateException("The server gave no address for the peer");
        }
        try {
            return InetAddress.getByName(peer);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("The server gave no address for the peer: " + peer, e);
        }
    }
}
