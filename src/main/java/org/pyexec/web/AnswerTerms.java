package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.pyexec.http.Prefers;

/**
 * What the answer about a program owes to its request.
 *
 * @param failedStatus the status that the client wants if the program fails
 * @param notes what is to be known about how the request was understood, a sentence each
 */
record AnswerTerms(OptionalInt failedStatus, List<String> notes) {

    private static final Set<Integer> FAILED_STATUSES = Set.of(200, 400, 422, 500);

    AnswerTerms {
        notes = List.copyOf(notes);
    }

    static AnswerTerms of(HttpServletRequest request, List<String> notes) {
        return new AnswerTerms(Prefers.status(request, FAILED_STATUSES), notes);
    }
}
