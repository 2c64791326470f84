package org.pyexec.jobs;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.pyexec.execution.TranscriptReader;

/**
 * The output and answer of a job, for one follower.
 *
 * @param reader of what it prints, which ends when the answer is there
 * @param answer the same as {@link JobView#answer}, when it comes
 * @param refused whether it is known that the program was not run
 */
public record JobFeed(TranscriptReader reader, CompletableFuture<byte[]> answer, BooleanSupplier refused) {}
