package org.pyexec.jobs;

/**
 * The key by which a client says that a request is the same as one before.
 *
 * @param key the client's word for it
 * @param fingerprint of the request's body
 */
public record IdempotencyKey(String key, String fingerprint) {}
