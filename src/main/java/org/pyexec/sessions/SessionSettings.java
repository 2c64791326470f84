package org.pyexec.sessions;

import java.time.Duration;

/**
 * Limits of how many sessions there are, and how long they live.
 *
 * @param idle after which a session in which nothing has run is ended
 * @param maxPerClient of one client at once
 * @param maxTotal of all clients at once
 */
public record SessionSettings(Duration idle, int maxPerClient, int maxTotal) {}
