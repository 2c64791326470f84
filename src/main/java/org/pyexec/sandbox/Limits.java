package org.pyexec.sandbox;

import java.util.OptionalInt;

/**
 * Limits of one program. A limit that is higher than the server's has no effect.
 *
 * @param memoryMb positive, MiB
 * @param processes positive, processes and threads together
 * @param outputBytes positive, what is kept of each stream
 */
public record Limits(OptionalInt memoryMb, OptionalInt processes, OptionalInt outputBytes) {

    /** The server's. */
    public static final Limits OF_THE_SERVER =
            new Limits(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

    public Limits {
        for (OptionalInt limit : new OptionalInt[] {memoryMb, processes, outputBytes}) {
            if (limit.isPresent() && limit.getAsInt() <= 0) {
                throw new IllegalArgumentException("A limit must be positive.");
            }
        }
    }
}
