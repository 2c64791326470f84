package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.pyexec.api.Answer;
import org.pyexec.api.Answers;
import org.pyexec.api.HealthResponse;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.execution.Readiness;

/** {@code GET /health} and its probes. */
@Path("/health")
public class HealthResource {

    private final Supplier<Answer> health;
    private final Readiness readiness;
    private final Answers answers;
    private final AsyncReplies replies;

    /**
     * @param health tells how the server is
     */
    public HealthResource(Supplier<Answer> health, Readiness readiness, Answers answers, AsyncReplies replies) {
        this.health = health;
        this.readiness = readiness;
        this.answers = answers;
        this.replies = replies;
    }

    @GET
    public Response health() {
        return Responses.of(health.get());
    }

    /** The process answers. */
    @GET
    @Path("/live")
    public Response live() {
        return Responses.of(HealthResponse.live(answers));
    }

    /** Programs run. No thread waits for the result of the check: the rate limit does not count these requests. */
    @GET
    @Path("/ready")
    public void ready(@Context HttpServletRequest request, @Suspended AsyncResponse response) {
        CompletableFuture<Response> answer = readiness
                .check()
                .thenApply(problem -> Responses.of(HealthResponse.ready(problem, answers)))
                .toCompletableFuture();
        if (answer.isDone()) {
            response.resume(answer.join());
        } else {
            replies.send(answer, false, Recipient.of(request, response));
        }
    }
}
