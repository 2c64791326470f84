package org.pyexec.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.api.Answer;
import org.pyexec.api.ExecuteResponses;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.Recipient;
import org.pyexec.delivery.StreamSlots;
import org.pyexec.delivery.UnreadReplyBudget;
import org.pyexec.delivery.UnreadReplyBudget.UnreadReply;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.Execution;
import org.pyexec.execution.Executions;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.TooManyException;
import org.pyexec.execution.Transcript;
import org.pyexec.execution.TranscriptReader;

/**
 * Runs programs whose clients wait, and replies at their end or as they print. Safe for use by many threads.
 *
 * @param unreadReplies bounds what clients leave unread
 * @param streams slots for those who follow a program
 */
public record ExecuteReplies(
        Executions executions,
        ExecuteResponses responses,
        AsyncReplies replies,
        UnreadReplyBudget unreadReplies,
        StreamSlots streams,
        ObjectMapper mapper) {

    /** Runs the program, and replies at its end. */
    void send(ExecuteOrder order, HttpServletRequest request, AsyncResponse response) {
        // First: there is no recipient if the server has ended the request.
        Recipient recipient = Recipient.of(request, response);
        Execution execution = executions.run(
                order.program(), order.target(), unreadReplies.admissionCheck(order.client()), order.client());
        UnreadReply unread = unreadReplies.expect(order.client());
        CompletableFuture<Response> answer =
                answer(execution, order).thenApply(unread::count).thenApply(Responses::of);
        try {
            replies.send(answer, execution.isUnderWay(), recipient, unread::release);
        } catch (RuntimeException e) { // nobody waits for it any more
            execution.abandon();
            throw e;
        }
    }

    /** Runs the program, and replies with events as it prints. */
    void stream(ExecuteOrder order, HttpServletRequest request, AsyncResponse response) {
        try {
            streams.take(order.client(), slot -> stream(order, Recipient.of(request, response), slot));
        } catch (TooManyException e) {
            response.resume(Responses.of(responses.tooManyStreams(e, order.requestId())));
        } catch (RejectedExecutionException e) {
            response.resume(Responses.of(responses.noThread(e, order.requestId())));
        }
    }

    private void stream(ExecuteOrder order, Recipient recipient, WriteSlots.Slot slot) {
        Transcript transcript = new Transcript();
        TranscriptReader reader = transcript.pace();
        StreamedExecution streamed = executions.run(
                order.program(),
                order.target(),
                unreadReplies.admissionCheck(order.client()),
                order.client(),
                transcript);
        Execution execution = streamed.execution();
        UnreadReply unread = unreadReplies.expect(order.client());
        CompletableFuture<Answer> answer = answer(execution, order).thenApply(unread::countStream);
        Runnable onDelivered = () -> {
            slot.close();
            unread.release();
        };
        if (execution.isRefused()) {
            resume(recipient, answer, onDelivered);
            return;
        }
        try {
            replies.sendStream(EventStream.ofExecution(mapper, reader, execution, answer), recipient, onDelivered);
        } catch (RuntimeException e) { // there is no thread, or no request any more
            execution.abandon();
            unread.release();
            throw e;
        }
    }

    private static void resume(Recipient recipient, CompletableFuture<Answer> answer, Runnable onDelivered) {
        try {
            recipient.response().resume(Responses.of(answer.join()));
        } finally {
            onDelivered.run();
        }
    }

    private CompletableFuture<Answer> answer(Execution execution, ExecuteOrder order) {
        return responses.to(execution, order.terms(), order.requestId());
    }
}
