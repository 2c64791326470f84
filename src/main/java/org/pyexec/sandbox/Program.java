package org.pyexec.sandbox;

import java.time.Duration;

/**
 * A program to run, with its inputs and limits.
 *
 * @param code Python source text, not empty, well-formed UTF-16
 * @param timeout wall-clock limit, positive
 * @param network whether it may reach public addresses
 * @param inputs what it finds at its start
 * @param limits where they are lower than the server's
 * @param shows whether the value of its last expression is wanted, and what it displays
 */
public record Program(String code, Duration timeout, boolean network, Inputs inputs, Limits limits, boolean shows) {

    public Program {
        if (code.isEmpty()) {
            throw new IllegalArgumentException("code is empty");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout is not positive");
        }
    }

    /** Whose last expression does not matter. */
    public Program(String code, Duration timeout, boolean network, Inputs inputs, Limits limits) {
        this(code, timeout, network, inputs, limits, false);
    }

    /** Without inputs, and with the server's limits. */
    public Program(String code, Duration timeout, boolean network) {
        this(code, timeout, network, Inputs.NONE, Limits.OF_THE_SERVER);
    }

    /** How much of it is in this server's memory until it has been handed over, roughly in bytes. */
    public long heldBytes() {
        return Inputs.held(code) + inputs.heldBytes();
    }
}
