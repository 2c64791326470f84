package org.pyexec.http;

import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** Conditions of a request; RFC 9110, section 13.1. */
public final class Preconditions {

    private Preconditions() {}

    /**
     * What answers a request whose condition is not met, or null. A condition that is malformed is none: many clients send tags without
     * quotation marks.
     */
    public static @Nullable ResponseBuilder unmet(Request request, EntityTag tag) {
        try {
            return request.evaluatePreconditions(tag);
        } catch (ProcessingException malformed) {
            return null;
        }
    }
}
