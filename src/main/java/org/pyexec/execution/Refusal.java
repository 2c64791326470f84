package org.pyexec.execution;

/** Why a valid program was not run. */
public enum Refusal {
    /** All slots are taken and the queue is full, or the wait was too long. */
    BUSY,
    /** Isolation or the interpreter can't be had. */
    SANDBOX_UNAVAILABLE,
    /** The network was asked for where it is switched off or can't be guarded. */
    NETWORK_UNAVAILABLE,
    /** One of its files has expired since it was asked for. */
    INPUT_GONE,
    /** The store that has one of its files cannot be reached. */
    STORE_UNREACHABLE,
    /** The session in which it should run has ended. */
    SESSION_ENDED,
    /** There never was such a session. */
    UNKNOWN_SESSION,
    /** The network was asked for in a session that has none. */
    SESSION_WITHOUT_NETWORK,
    /** Whoever asked for it has gone. */
    ABANDONED
}
