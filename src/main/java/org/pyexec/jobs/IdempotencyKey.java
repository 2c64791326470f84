package org.pyexec.jobs;

/**
 * The key with which a client marks a request as a repetition of an earlier one.
 *
 * @param key the client's word for it
 * @param fingerprint of the request's body
 */
public record IdempotencyKey(String key, String fingerprint) {}
