package org.pyexec.client;

import java.net.InetAddress;

/**
 * A client of this server. Limits, fairness and ownership depend on its name: requests with the same name come from the
 * same client.
 *
 * <p>Everything that is found by an id carries the name of the client who made it. Whoever has the id may still use it:
 * ids are random, and nobody can guess them. Lists show a client only what it owns.
 *
 * @param name of this client among all, such as {@code 192.0.2.1}
 * @param address where this request comes from; clients behind one network share a name and differ in it
 * @param limits what it may have at once
 */
public record Client(String name, InetAddress address, ClientLimits limits) {

    /** The client at an address: an IPv4 address, or the /64 of an IPv6 address. */
    static Client at(InetAddress address, ClientLimits limits) {
        return new Client(ClientKey.of(address).value(), address, limits);
    }

    /** One on this host that is known by its name, such as the server itself when it tries out whether programs run. */
    public static Client local(String name) {
        return new Client(name, InetAddress.getLoopbackAddress(), ClientLimits.USUAL);
    }

    /** Whether something that carries this name was made by this client. */
    public boolean owns(String ownerName) {
        return name.equals(ownerName);
    }
}
