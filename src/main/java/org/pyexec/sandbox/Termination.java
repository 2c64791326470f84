package org.pyexec.sandbox;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a program ended.
 *
 * @param exitCode the status, 0 to 255; empty when a signal ended it
 * @param signal the name of the signal that ended it, such as {@code SIGSEGV}
 * @param details the traceback, or one plain sentence naming the limit and its value (then the traceback if there is
 *     one); empty when completed
 * @param raised what the program raised and did not handle, as it says itself
 */
public record Termination(
        Reason reason, OptionalInt exitCode, Optional<String> signal, String details, Optional<Raised> raised) {

    /** Of a program that has raised nothing. */
    public Termination(Reason reason, OptionalInt exitCode, Optional<String> signal, String details) {
        this(reason, exitCode, signal, details, Optional.empty());
    }

    /**
     * An exception.
     *
     * @param type the name of its class, without its module
     * @param value its text, which may have been cut
     */
    public record Raised(String type, String value) {}

    /** Why it ended; {@link #word} is the name in answers. */
    public enum Reason {
        COMPLETED,
        ERROR,
        TIMEOUT,
        MEMORY,
        PROCESSES,
        DISK,
        OUTPUT,
        CPU,
        KILLED,
        CANCELLED,
        INTERRUPTED;

        /** The word in answers and frames: the name in lower case. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Whether the program succeeded. */
    public boolean successful() {
        return reason == Reason.COMPLETED;
    }
}
