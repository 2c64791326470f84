package org.pyexec.execution;

import java.time.Duration;

/**
 * Limits of running and waiting programs.
 *
 * @param maxConcurrent programs that run at once
 * @param maxQueued programs that wait for a slot
 * @param patience how long a program waits for a slot before it is refused
 * @param networkAllowed whether a request may ask for the network
 * @param maxFileBytes largest generated file that is kept
 */
public record ExecutionSettings(
        int maxConcurrent, int maxQueued, Duration patience, boolean networkAllowed, long maxFileBytes) {}
