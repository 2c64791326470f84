package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.api.BadRequest;
import org.pyexec.api.ExpiredSession;
import org.pyexec.api.Json;
import org.pyexec.api.RequestJson;
import org.pyexec.api.SessionRequest;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.Recipient;
import org.pyexec.execution.Executions;
import org.pyexec.execution.TooManyException;
import org.pyexec.http.ForeignPage;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sessions.SessionExpiredException;
import org.pyexec.sessions.SessionView;
import org.pyexec.sessions.Sessions;

/** {@code /sessions}: interpreters that keep their state between programs. */
@Path("/sessions")
public class SessionsResource {

    private static final Logger LOG = System.getLogger(SessionsResource.class.getName());
    private static final int RETRY_SECONDS = 30;

    private final Sessions sessions;
    private final Executions executions;
    private final BackgroundExecutor background;
    private final Answers answers;
    private final AsyncReplies replies;
    private final Memory memory;

    /**
     * @param background where sessions are opened
     * @param memory where a request takes what reading it needs
     */
    public SessionsResource(
            Sessions sessions,
            Executions executions,
            BackgroundExecutor background,
            Answers answers,
            AsyncReplies replies,
            Memory memory) {
        this.sessions = sessions;
        this.executions = executions;
        this.background = background;
        this.answers = answers;
        this.replies = replies;
        this.memory = memory;
    }

    /** How a session is. */
    record State(String sessionId, String status, int waiting, String created, String expires, boolean allowNetwork) {

        static State of(SessionView session) {
            return new State(
                    session.id(),
                    session.running() ? "running" : "idle",
                    session.waiting(),
                    Json.time(session.created()),
                    Json.time(session.expires()),
                    session.terms().network());
        }
    }

    record Interrupted(String sessionId, boolean interrupted) {}

    record Ended(String sessionId, String status) {}

    record Listed<T>(List<T> sessions) {}

    /** Opens one. */
    @POST
    public void open(@Context HttpServletRequest request, @Suspended AsyncResponse response) throws IOException {
        InputStream body = request.getContentLengthLong() <= 0 ? InputStream.nullInputStream() : JsonBody.open(request);
        SessionRequest wanted;
        try (Memory.Share share = memory.share(RequestClient.of(request))) {
            share.hold(RequestJson.heldBytes(request.getContentLengthLong()));
            wanted = SessionRequest.read(answers.mapper(), body);
        } catch (NoRoomException e) {
            response.resume(busy(request, "Server is busy", String.valueOf(e.getMessage())));
            return;
        } catch (BadRequest e) {
            response.resume(error(request, 400, e.error(), String.valueOf(e.getMessage())));
            return;
        }
        if (wanted.terms().network() && !executions.networkAvailable()) {
            response.resume(error(
                    request,
                    403,
                    "Network access is not available",
                    "This server runs programs without network access."));
            return;
        }
        Recipient recipient =
                Recipient.of(request, response); // first: there is none if the server has ended the request
        try {
            replies.send(
                    CompletableFuture.supplyAsync(() -> opened(wanted, request), background.executor()),
                    true,
                    recipient);
        } catch (RejectedExecutionException e) {
            response.resume(
                    busy(request, "Server is busy", "The application server takes no more work at the moment."));
        }
    }

    private Response opened(SessionRequest wanted, HttpServletRequest request) {
        try {
            SessionView session = sessions.open(RequestClient.of(request), wanted.terms(), wanted.idle());
            LOG.log(
                    Level.INFO,
                    "request_id={0} event=session_opened open={1}",
                    RequestId.of(request),
                    Integer.toString(sessions.count()));
            return Response.fromResponse(answers.json(201, State.of(session)))
                    .header(HttpHeaders.LOCATION, request.getContextPath() + "/sessions/" + session.id())
                    .build();
        } catch (TooManyException e) {
            String message = String.valueOf(e.getMessage());
            return e.ofThisClient()
                    ? retry(error(request, 429, "Too many sessions", message))
                    : busy(request, "Too many sessions", message);
        } catch (SandboxUnavailableException e) {
            return busy(request, "Sandbox is not available", String.valueOf(e.getMessage()));
        }
    }

    /** Those that the caller has open. A page in his browser is the caller too, so it has to be the server's own. */
    @GET
    public Response list(@Context HttpServletRequest request) {
        if (ForeignPage.sent(request)) {
            return notForForeignPages(request);
        }
        return answers.json(
                200,
                new Listed<>(sessions.of(RequestClient.of(request)).stream()
                        .map(State::of)
                        .toList()));
    }

    /** Ends all that the caller has open, and what runs in them. Who may list them may do it. */
    @DELETE
    public Response deleteAll(@Context HttpServletRequest request) {
        if (ForeignPage.sent(request)) {
            return notForForeignPages(request);
        }
        List<String> ended = sessions.deleteAllOf(RequestClient.of(request));
        return answers.json(
                200,
                new Listed<>(ended.stream().map(id -> new Ended(id, "ended")).toList()));
    }

    private Response notForForeignPages(HttpServletRequest request) {
        return error(
                request,
                403,
                "Not for pages of other origins",
                "A page of another origin may list or end the sessions of its visitor only if CORS_ALLOWED_ORIGINS names"
                        + " that origin.");
    }

    /** Its state. */
    @GET
    @Path("/{id}")
    public Response get(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(request, () -> sessions.find(id).map(session -> answers.json(200, State.of(session))));
    }

    /** Ends it, and what runs in it. */
    @DELETE
    @Path("/{id}")
    public Response delete(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(
                request,
                () -> sessions.delete(id) ? Optional.of(answers.json(200, new Ended(id, "ended"))) : Optional.empty());
    }

    /** Interrupts what runs in it, with KeyboardInterrupt. */
    @POST
    @Path("/{id}/interrupt")
    public Response interrupt(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(request, () -> sessions.interrupt(id).map(did -> answers.json(200, new Interrupted(id, did))));
    }

    private interface Action {
        Optional<Response> answer() throws SessionExpiredException;
    }

    private Response with(HttpServletRequest request, Action action) {
        try {
            return action.answer()
                    .orElseGet(() -> answers.error(
                            request, 404, answers.error(request, "Not found", "There is no session of this id.")));
        } catch (SessionExpiredException e) {
            String reason = String.valueOf(e.getMessage());
            return answers.json(410, ExpiredSession.of(e.sessionId(), reason, RequestId.of(request), answers.now()));
        }
    }

    private Response busy(HttpServletRequest request, String error, String message) {
        return retry(error(request, 503, error, message));
    }

    private Response error(HttpServletRequest request, int status, String error, String message) {
        return answers.json(status, answers.error(request, error, message));
    }

    private static Response retry(Response refusal) {
        return Response.fromResponse(refusal)
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }
}
