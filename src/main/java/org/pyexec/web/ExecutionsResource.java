package org.pyexec.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Follower;
import org.pyexec.http.Accepts;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.Job;
import org.pyexec.jobs.Jobs;

/** {@code /executions/{id}}: programs that were started with {@code Prefer: respond-async}. */
@Path("/executions/{id}")
public class ExecutionsResource {

    private final Jobs jobs;
    private final Answers answers;
    private final ExecuteAnswers executeAnswers;
    private final LateAnswers lateAnswers;

    public ExecutionsResource(Jobs jobs, Answers answers, ExecuteAnswers executeAnswers, LateAnswers lateAnswers) {
        this.jobs = jobs;
        this.answers = answers;
        this.executeAnswers = executeAnswers;
        this.lateAnswers = lateAnswers;
    }

    /**
     * How a job is.
     *
     * @param answer JSON, null before its end
     */
    @JsonPropertyOrder({"id", "status", "answer"})
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record State(
            String id,
            String status,
            @JsonRawValue @Nullable String answer) {

        static State of(Job job) {
            byte[] answer = job.answer().getNow(null);
            return new State(
                    job.id(), job.status().word(), answer == null ? null : new String(answer, StandardCharsets.UTF_8));
        }
    }

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
            response.resume(answers.json(200, State.of(job.get())));
        }
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
        lateAnswers.give(
                job.get().answer().thenApply(ended -> answers.json(200, State.of(job.get()))),
                true,
                request.getAsyncContext(),
                response);
    }

    private void stream(Job job, @Nullable String lastEvent, HttpServletRequest request, AsyncResponse response) {
        Follower follower = job.running().transcript().follow(position(lastEvent));
        EventStream events = EventStream.replaying(answers.mapper(), follower, job);
        try {
            lateAnswers.giveLong(events, request.getAsyncContext(), response);
        } catch (RejectedExecutionException e) {
            response.resume(executeAnswers.noThread(e, RequestId.of(request)));
        }
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
