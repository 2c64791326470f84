package org.pyexec.execution;

import java.util.concurrent.CompletionStage;

/**
 * A program that has been taken on.
 *
 * @param outcome completed on a thread of the executor, with the outcome, or with {@link RefusedException} if the program
 *     was not run, or with an unchecked exception if the server broke; what is attached to it must be short
 * @param started whether it had a slot at once; otherwise it waits in the queue, or is refused already
 */
public record Execution(CompletionStage<Outcome> outcome, boolean started) {}
