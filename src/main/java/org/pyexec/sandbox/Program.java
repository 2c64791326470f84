package org.pyexec.sandbox;

import java.time.Duration;

/**
 * A program to run, with what it may use.
 *
 * @param code Python source text, not empty, well-formed UTF-16
 * @param timeout wall-clock limit, positive
 * @param network whether it may reach public addresses
 */
public record Program(String code, Duration timeout, boolean network) {

    public Program {
        if (code.isEmpty()) {
            throw new IllegalArgumentException("code is empty");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout is not positive");
        }
    }
}
