package org.pyexec.sessions;

import java.time.Instant;
import org.pyexec.sandbox.SessionTerms;

/**
 * A snapshot of a session.
 *
 * @param id random, the only key to it
 * @param client name of the client who opened it
 * @param expires when it will end if nothing more runs in it
 * @param running whether a program runs
 * @param waiting how many programs wait until they may run
 */
public record SessionView(
        String id, String client, SessionTerms terms, Instant created, Instant expires, boolean running, int waiting) {}
