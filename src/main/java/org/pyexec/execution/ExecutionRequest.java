package org.pyexec.execution;

import java.util.Optional;
import org.pyexec.client.Client;
import org.pyexec.sandbox.Program;

/**
 * A program that a client wants to run.
 *
 * @param target where
 * @param check if it fails when everything else is there, the program is refused
 * @param client who shares the slots fairly with others, and to whom generated files belong
 * @param transcript where what is printed is written down for those who follow; a new one
 */
record ExecutionRequest(
        Program program, ExecutionTarget target, AdmissionCheck check, Client client, Optional<Transcript> transcript) {

    /** Programs wait in memory; one that is longer takes more places in the queue. */
    private static final int BYTES_PER_PLACE = 512 << 10; // 256 Ki characters

    private static final int LEAST_HELD = 16 << 10; // of a program that is as short as can be

    /** What of memory it needs before it prints. */
    long heldBytes() {
        return LEAST_HELD + program.heldBytes() * 3 / 2; // with the frame in which it is sent
    }

    /** How many places it takes in the queue. */
    int places() {
        return (int) (1 + program.heldBytes() / BYTES_PER_PLACE);
    }
}
