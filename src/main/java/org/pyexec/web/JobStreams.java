package org.pyexec.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.ExecuteResponses;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.Recipient;
import org.pyexec.delivery.StreamSlots;
import org.pyexec.execution.TooManyException;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.jobs.JobFeed;

/** Streams the events of asynchronous executions. Safe for use by many threads. */
public record JobStreams(StreamSlots streams, AsyncReplies replies, ExecuteResponses responses, ObjectMapper mapper) {

    /** Replies with what the job prints. */
    void send(JobFeed job, HttpServletRequest request, AsyncResponse response) {
        try {
            streams.take(RequestClient.of(request), slot -> {
                EventStream events = EventStream.ofJob(mapper, job);
                replies.sendStream(events, Recipient.of(request, response), slot::close);
            });
        } catch (TooManyException e) {
            response.resume(Responses.of(responses.tooManyStreams(e, RequestId.of(request))));
        } catch (RejectedExecutionException e) {
            response.resume(Responses.of(responses.noThread(e, RequestId.of(request))));
        }
    }

    /**
     * Where a client goes on; an id that no event has had stands for the beginning.
     *
     * @param lastEvent id of the last event that the client has had, if it says so
     */
    static int position(@Nullable String lastEvent) {
        return lastEvent != null && lastEvent.matches("[0-9]{1,9}") ? Integer.parseInt(lastEvent) : 0;
    }
}
