package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.util.concurrent.CompletableFuture;
import org.pyexec.api.BadRequest;
import org.pyexec.api.ErrorBody;
import org.pyexec.api.ExecuteRequest;
import org.pyexec.api.RequestJson;
import org.pyexec.client.Client;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.Recipient;
import org.pyexec.delivery.UnreadReplyBudget;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.Execution;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.execution.Executions;
import org.pyexec.execution.StreamedExecution;
import org.pyexec.execution.Transcript;
import org.pyexec.execution.TranscriptReader;
import org.pyexec.files.FileStore;
import org.pyexec.http.Accepts;
import org.pyexec.http.Prefers;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.Program;
import org.pyexec.sessions.Sessions;

/** {@code POST /execute}: runs a program and answers with what came of it, at its end or as it comes. */
@Path("/execute")
public class ExecuteResource {

    private final Executions executions;
    private final Sessions sessions;
    private final FileStore files;
    private final Answers answers;
    private final ExecuteAnswers executeAnswers;
    private final AsyncReplies replies;
    private final UnreadReplyBudget unreadReplies;
    private final Submissions submissions;
    private final StreamSlots streams;
    private final Memory memory;

    /**
     * @param files where tokens of input files are looked up
     * @param streams for those who follow a program
     * @param memory where a request takes what reading it needs
     */
    public ExecuteResource(
            Executions executions,
            Sessions sessions,
            FileStore files,
            Answers answers,
            ExecuteAnswers executeAnswers,
            AsyncReplies replies,
            UnreadReplyBudget unreadReplies,
            Submissions submissions,
            StreamSlots streams,
            Memory memory) {
        this.executions = executions;
        this.sessions = sessions;
        this.files = files;
        this.answers = answers;
        this.executeAnswers = executeAnswers;
        this.replies = replies;
        this.unreadReplies = unreadReplies;
        this.submissions = submissions;
        this.streams = streams;
        this.memory = memory;
    }

    /** How much memory reading a body takes at most. */
    public static long heldBytes(long bodyBytes) {
        return RequestJson.heldBytes(bodyBytes);
    }

    @POST
    public void execute(@Context HttpServletRequest request, @Suspended AsyncResponse response) throws IOException {
        InputStream body = JsonBody.open(request);
        ExecuteRequest wanted;
        try {
            if (Prefers.respondAsync(request)) {
                DigestInputStream read = Submissions.fingerprinted(body);
                wanted = read(read, request);
                response.resume(submissions.submit(
                        wanted.program(), target(wanted), AnswerTerms.of(request, wanted.notes()), read, request));
                return;
            }
            wanted = read(body, request);
        } catch (NoRoomException e) {
            response.resume(executeAnswers.busy(e, RequestId.of(request)));
            return;
        } catch (ExecuteRequest.NoCode e) {
            response.resume(answers.json(400, ErrorBody.bare(e.error()).failed()));
            return;
        } catch (BadRequest e) {
            ErrorBody error = answers.error(request, e.error(), String.valueOf(e.getMessage()));
            response.resume(answers.json(400, error.failed()));
            return;
        }
        Program program = wanted.program();
        ExecutionTarget target = target(wanted);
        AnswerTerms terms = AnswerTerms.of(request, wanted.notes());
        if (Accepts.preferEvents(request.getHeader(HttpHeaders.ACCEPT))) {
            streams.take(request, response, slot -> stream(program, target, terms, request, response, slot));
        } else {
            answer(program, target, terms, request, response);
        }
    }

    private ExecuteRequest read(InputStream body, HttpServletRequest request) throws IOException, NoRoomException {
        try (Memory.Share share = memory.share(RequestClient.of(request))) {
            share.hold(heldBytes(request.getContentLengthLong()));
            return ExecuteRequest.read(answers.mapper(), body, files);
        }
    }

    private ExecutionTarget target(ExecuteRequest wanted) {
        return wanted.session()
                .map(id -> sessions.target(id, wanted.allowNetwork()))
                .orElseGet(executions::freshSandbox);
    }

    private void answer(
            Program program,
            ExecutionTarget target,
            AnswerTerms terms,
            HttpServletRequest request,
            AsyncResponse response) {
        Recipient recipient =
                Recipient.of(request, response); // first: there is none if the server has ended the request
        Client client = recipient.client();
        Execution execution = executions.run(program, target, unreadReplies.admissionCheck(client), client);
        UnreadReplyBudget.UnreadReply unread = unreadReplies.expect(client);
        try {
            replies.send(
                    executeAnswers.to(execution, terms, RequestId.of(request)).thenApply(unread::count),
                    execution.isUnderWay(),
                    recipient,
                    unread::release);
        } catch (RuntimeException e) { // nobody waits for it any more
            execution.abandon();
            throw e;
        }
    }

    private void stream(
            Program program,
            ExecutionTarget target,
            AnswerTerms terms,
            HttpServletRequest request,
            AsyncResponse response,
            WriteSlots.Slot slot) {
        Recipient recipient = Recipient.of(request, response);
        Transcript transcript = new Transcript();
        TranscriptReader reader = transcript.pace();
        Client client = recipient.client();
        StreamedExecution streamed =
                executions.run(program, target, unreadReplies.admissionCheck(client), client, transcript);
        UnreadReplyBudget.UnreadReply unread = unreadReplies.expect(client);
        CompletableFuture<Response> answer = executeAnswers
                .to(streamed.execution(), terms, RequestId.of(request))
                .thenApply(unread::countStream);
        if (streamed.execution().isRefused()) {
            try {
                response.resume(answer.join());
            } finally {
                unread.release();
                slot.close();
            }
            return;
        }
        try {
            EventStream events = EventStream.ofExecution(answers.mapper(), reader, streamed.execution(), answer);
            replies.sendStream(events, recipient, () -> {
                slot.close();
                unread.release();
            });
        } catch (RuntimeException e) { // there is no thread, or no request any more
            streamed.execution().abandon();
            unread.release();
            throw e;
        }
    }
}
