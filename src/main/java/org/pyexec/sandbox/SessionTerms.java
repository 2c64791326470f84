package org.pyexec.sandbox;

/**
 * The network access and limits that all programs of a session have.
 *
 * @param network whether they may reach public addresses
 * @param limits where they are lower than the server's
 */
public record SessionTerms(boolean network, Limits limits) {}
