package org.pyexec.web;

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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Answer;
import org.pyexec.api.JobResponses;
import org.pyexec.api.Refusals;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.http.Accepts;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.JobView;
import org.pyexec.jobs.Jobs;

/** {@code /executions/{id}}: programs that were started with {@code Prefer: respond-async}. */
@Path("/executions/{id}")
public class ExecutionsResource {

    private final Jobs jobs;
    private final JobStreams streams;
    private final JobResponses jobResponses;
    private final Responses responses;
    private final AsyncReplies replies;

    public ExecutionsResource(
            Jobs jobs, JobStreams streams, JobResponses jobResponses, Responses responses, AsyncReplies replies) {
        this.jobs = jobs;
        this.streams = streams;
        this.jobResponses = jobResponses;
        this.responses = responses;
        this.replies = replies;
    }

    /** Its state; or what it prints from its beginning, or from behind the last event that the client has had. */
    @GET
    public void get(
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") @Nullable String lastEvent,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        if (Accepts.preferEvents(request.getHeader(HttpHeaders.ACCEPT))) {
            jobs.follow(id, JobStreams.position(lastEvent))
                    .ifPresentOrElse(
                            job -> streams.send(job, request, response), () -> response.resume(unknown(request)));
        } else {
            jobs.find(id)
                    .ifPresentOrElse(job -> sendState(job, request, response), () -> response.resume(unknown(request)));
        }
    }

    /** The head of its state, whatever the client would like to follow: a stream without a body is of no use. */
    @HEAD
    public Response head(@PathParam("id") String id, @Context HttpServletRequest request) {
        return jobs.find(id).map(job -> Responses.of(jobResponses.state(job))).orElseGet(() -> unknown(request));
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
        replies.send(
                ended.get().thenApply(job -> Responses.of(jobResponses.state(job))),
                true,
                Recipient.of(request, response));
    }

    /** A client that is refused after a while can ask again, and loses nothing. */
    private void sendState(JobView job, HttpServletRequest request, AsyncResponse response) {
        Answer state = jobResponses.state(job);
        String requestId = RequestId.of(request);
        replies.sendWhenSlotFree(
                () -> Responses.of(state),
                state.length(),
                () -> responses.refusal(Refusals.NO_WRITE_SLOT.with(), requestId),
                Recipient.of(request, response),
                () -> {});
    }

    private Response unknown(HttpServletRequest request) {
        return responses.refusalOrPage(Refusals.NO_SUCH_EXECUTION.with(), request);
    }
}
