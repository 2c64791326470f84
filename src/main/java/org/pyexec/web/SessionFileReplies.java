package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.BadRequest;
import org.pyexec.api.Route;
import org.pyexec.api.SessionFileResponses;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.files.FileStore;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FilePath;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sessions.SessionFiles;

/**
 * Carries out orders about the files of sessions, and replies with what came of them. Safe for use by many threads.
 *
 * @param files through which the contents pass
 */
public record SessionFileReplies(
        SessionFiles sessionFiles,
        FileStore files,
        SessionFileResponses responses,
        FileResponses fileResponses,
        AsyncReplies replies) {

    /** The part of a file that a request asks for. */
    record Part(@Nullable String range, @Nullable String ifRange) {}

    /**
     * Carries out an order that hands nothing out.
     *
     * @param onDelivered is called when the client has the answer or has gone
     */
    void carryOut(
            String id, FileOrder order, HttpServletRequest request, AsyncResponse response, Runnable onDelivered) {
        Place place = Place.of(id, request);
        Recipient recipient = recipient(request, response, onDelivered);
        CompletableFuture<Response> answer = sessionFiles
                .carryOut(id, order, (name, size, content) -> {})
                .handle((report, failure) -> failure == null ? answer(report, place) : refusal(failure, place));
        replies.send(answer, true, recipient, onDelivered);
    }

    /** There is no recipient if the server has ended the request. */
    private static Recipient recipient(HttpServletRequest request, AsyncResponse response, Runnable otherwise) {
        try {
            return Recipient.of(request, response);
        } catch (RuntimeException e) {
            otherwise.run();
            throw e;
        }
    }

    /**
     * Hands a file out.
     *
     * @param form gives the answer its form, such as one without a body
     */
    void read(
            String id,
            FilePath path,
            Part part,
            UnaryOperator<Response> form,
            HttpServletRequest request,
            AsyncResponse response) {
        Place place = Place.of(id, request);
        PassingFile passing = new PassingFile(files, RequestClient.of(request).name());
        Recipient recipient = Recipient.of(request, response);
        CompletableFuture<Response> answer = sessionFiles
                .carryOut(id, new FileOrder.Read(path), passing)
                .handle((report, failure) ->
                        failure == null ? passed(passing, part, report, place) : refusal(failure, place));
        replies.send(answer.thenApply(form), true, recipient, passing::forget);
    }

    /** Refuses to hand a file out. */
    void refuse(BadRequest why, UnaryOperator<Response> form, HttpServletRequest request, AsyncResponse response) {
        Response answer = form.apply(refusal(why, RequestId.of(request)));
        replies.send(CompletableFuture.completedFuture(answer), true, Recipient.of(request, response));
    }

    private Response passed(PassingFile passing, Part part, FilesReport report, Place place) {
        return passing.answer(fileResponses, part.range(), part.ifRange(), place.requestId())
                .or(() -> passing.failure().map(failure -> refusal(failure, place)))
                .orElseGet(() -> answer(report, place));
    }

    private Response answer(FilesReport report, Place place) {
        return Responses.of(responses.of(report, place.folder(), place.requestId()));
    }

    private Response refusal(Throwable why, Place place) {
        return refusal(why, place.requestId());
    }

    /** Why a request is refused. */
    Response refusal(Throwable why, String requestId) {
        return Responses.of(responses.of(why, requestId));
    }

    /** What an answer names of its request, which may be over when the answer is made. */
    private record Place(String folder, String requestId) {

        static Place of(String id, HttpServletRequest request) {
            return new Place(request.getContextPath() + Route.SESSION_FILES.with(id), RequestId.of(request));
        }
    }
}
