package org.pyexec.sandbox;

/**
 * What all programs of a session have in common.
 *
 * @param network whether they may reach public addresses
 * @param limits where they are lower than the server's
 */
public record SessionTerms(boolean network, Limits limits) {}
