package org.pyexec.execution;

/**
 * A program that has been accepted, with the transcript that followers read while it runs.
 *
 * @param transcript what it prints; at its {@link Transcript.End} there is the outcome
 */
public record StreamedExecution(Execution execution, Transcript transcript) {}
