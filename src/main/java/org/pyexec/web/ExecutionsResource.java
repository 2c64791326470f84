package org.pyexec.web;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Json;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.Recipient;
import org.pyexec.execution.TranscriptReader;
import org.pyexec.http.Accepts;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.Job;
import org.pyexec.jobs.Jobs;

/** {@code /executions/{id}}: programs that were started with {@code Prefer: respond-async}. */
@Path("/executions/{id}")
public class ExecutionsResource {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = ",\"answer\":".getBytes(StandardCharsets.US_ASCII);

    private final Jobs jobs;
    private final Answers answers;
    private final AsyncReplies replies;
    private final StreamSlots streams;

    /**
     * @param streams for those who follow a program
     */
    public ExecutionsResource(Jobs jobs, Answers answers, AsyncReplies replies, StreamSlots streams) {
        this.jobs = jobs;
        this.answers = answers;
        this.replies = replies;
        this.streams = streams;
    }

    /** How a job is, before {@code answer}. */
    @JsonPropertyOrder({"id", "status"})
    record State(String id, String status) {}

    /** Its state; or what it prints from its beginning, or from behind the last event that the client has had. */
    @GET
    public void get(
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") @Nullable String lastEvent,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        Optional<Job> job = jobs.find(id);
        if (job.isEmpty()) {
            response.resume(unknown(request));
        } else if (Accepts.preferEvents(request.getHeader(HttpHeaders.ACCEPT))) {
            stream(job.get(), lastEvent, request, response);
        } else {
            giveState(job.get(), request, response);
        }
    }

    /** The head of its state, whatever the client would like to follow: nobody is given a stream without a body. */
    @HEAD
    public Response head(@PathParam("id") String id, @Context HttpServletRequest request) {
        return jobs.find(id).map(this::state).orElseGet(() -> unknown(request));
    }

    /** Ends it, and answers with its state then. */
    @DELETE
    public void cancel(
            @PathParam("id") String id, @Context HttpServletRequest request, @Suspended AsyncResponse response) {
        Optional<Job> job = jobs.find(id);
        if (job.isEmpty()) {
            response.resume(unknown(request));
            return;
        }
        job.get().cancel();
        replies.send(job.get().answer().thenApply(ended -> state(job.get())), true, Recipient.of(request, response));
    }

    /** It can be asked for again: that a client does not wait for ever loses nothing. */
    private void giveState(Job job, HttpServletRequest request, AsyncResponse response) {
        Response state = state(job);
        String requestId = RequestId.of(request);
        replies.sendWhenSlotFree(
                () -> state,
                state.getLength(),
                () -> answers.noSlot(requestId),
                Recipient.of(request, response),
                () -> {});
    }

    private void stream(Job job, @Nullable String lastEvent, HttpServletRequest request, AsyncResponse response) {
        streams.take(request, response, slot -> {
            TranscriptReader reader = job.transcript().follow(position(lastEvent));
            EventStream events = EventStream.ofJob(answers.mapper(), reader, job);
            replies.sendStream(events, Recipient.of(request, response), slot::close);
        });
    }

    /** The answer, which may be large, is written as it is kept: none of many readers has a copy of it. */
    private Response state(Job job) {
        Job.Status status = job.status(); // first: an answer that comes after it does not count
        byte[] made = status == Job.Status.FINISHED ? job.answer().getNow(NULL) : NULL;
        byte[] state = Json.bytes(answers.mapper(), new State(job.id(), status.word()));
        StreamingOutput body = out -> {
            out.write(state, 0, state.length - 1);
            out.write(ANSWER);
            out.write(made);
            out.write(state, state.length - 1, 1);
        };
        return Response.ok(body)
                .type(Answers.JSON)
                .header(HttpHeaders.CONTENT_LENGTH, state.length + ANSWER.length + made.length)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /** What no event has had as its id is the beginning. */
    private static int position(@Nullable String lastEvent) {
        return lastEvent != null && lastEvent.matches("[0-9]{1,9}") ? Integer.parseInt(lastEvent) : 0;
    }

    private Response unknown(HttpServletRequest request) {
        return answers.error(
                request,
                404,
                answers.error(request, "Not found", "There is no execution of this id, or not any more."));
    }
}
