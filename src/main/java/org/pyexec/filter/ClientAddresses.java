package org.pyexec.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pyexec.ratelimit.TrustedProxies;

/** Finds the address of the client that sent a request. */
public final class ClientAddresses {

    private final TrustedProxies trusted;

    public ClientAddresses(TrustedProxies trusted) {
        this.trusted = trusted;
    }

    /** The peer's address, or what a trusted proxy says of it. Never resolves a name. */
    public InetAddress of(HttpServletRequest request) {
        return trusted.clientAddress(
                peer(request.getRemoteAddr()), headers(request, "X-Forwarded-For"), headers(request, "Forwarded"));
    }

    /** Whether the other end of the connection is a proxy whose word counts. */
    boolean isTrustedProxy(HttpServletRequest request) {
        return trusted.trusts(peer(request.getRemoteAddr()));
    }

    /** Where there is none, it must not be taken for this host, which may be a proxy that is trusted. */
    private static InetAddress peer(@Nullable String literal) {
        if (literal == null || literal.isBlank()) {
            throw new IllegalStateException("The server gave no address for the peer");
        }
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("The server gave no address for the peer: " + literal, e);
        }
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }
}
