package org.pyexec.jobs;

import java.util.Optional;

/**
 * A snapshot of a job.
 *
 * @param id random, the only key to it
 * @param client name of the client who asked for it
 * @param answer the JSON that a client who had waited would have got; there at the end, whatever becomes of the program
 */
public record JobView(String id, String client, JobStatus status, Optional<byte[]> answer) {}
