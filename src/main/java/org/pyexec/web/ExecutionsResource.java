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
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Json;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.Recipient;
import org.pyexec.http.Accepts;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.JobFeed;
import org.pyexec.jobs.JobView;
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
        Optional<JobView> job = jobs.find(id);
        if (job.isEmpty()) {
            response.resume(unknown(request));
        } else if (Accepts.preferEvents(request.getHeader(HttpHeaders.ACCEPT))) {
            stream(id, lastEvent, request, response);
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
        Optional<CompletableFuture<JobView>> ended = jobs.cancel(id);
        if (ended.isEmpty()) {
            response.resume(unknown(request));
            return;
        }
        replies.send(ended.get().thenApply(this::state), true, Recipient.of(request, response));
    }

    /** It can be asked for again: that a client does not wait for ever loses nothing. */
    private void giveState(JobView job, HttpServletRequest request, AsyncResponse response) {
        Response state = state(job);
        String requestId = RequestId.of(request);
        replies.sendWhenSlotFree(
                () -> state,
                state.getLength(),
                () -> answers.noSlot(requestId),
                Recipient.of(request, response),
                () -> {});
    }

    private void stream(String id, @Nullable String lastEvent, HttpServletRequest request, AsyncResponse response) {
        streams.take(request, response, slot -> {
            Optional<JobFeed> feed = jobs.follow(id, position(lastEvent));
            if (feed.isEmpty()) { // forgotten just now
                slot.close();
                response.resume(unknown(request));
                return;
            }
            EventStream events = EventStream.ofJob(answers.mapper(), feed.get());
            replies.sendStream(events, Recipient.of(request, response), slot::close);
        });
    }

    /** The answer, which may be large, is written as it is kept: none of many readers has a copy of it. */
    private Response state(JobView job) {
        byte[] made = job.answer().orElse(NULL);
        byte[] state =
                Json.bytes(answers.mapper(), new State(job.id(), job.status().word()));
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
