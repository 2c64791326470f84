package org.pyexec.api;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the answer about a program owes to its request.
 *
 * @param failedStatus the status that the client wants if the program fails: one of {@link #FAILED_STATUSES}
 * @param notes what is to be known about how the request was understood, a sentence each
 */
public record AnswerTerms(OptionalInt failedStatus, List<String> notes) {

    /** What a client can prefer as the status of an answer about a program that failed. */
    public static final Set<Integer> FAILED_STATUSES = Set.of(200, 400, 422, 500);

    public AnswerTerms {
        notes = List.copyOf(notes);
    }
}
