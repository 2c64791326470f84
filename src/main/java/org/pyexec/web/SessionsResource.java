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
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.pyexec.api.Answer;
import org.pyexec.api.BadRequest;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.api.SessionRequest;
import org.pyexec.api.SessionResponses;
import org.pyexec.http.Caller;
import org.pyexec.http.RequestId;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sessions.Session;
import org.pyexec.sessions.SessionExpiredException;
import org.pyexec.sessions.Sessions;

/** {@code /sessions}: interpreters that keep their state between programs. */
@Path("/sessions")
public class SessionsResource {

    private final Sessions sessions;
    private final JsonRequests requests;
    private final SessionOpening opening;
    private final SessionResponses sessionResponses;
    private final Responses responses;

    public SessionsResource(
            Sessions sessions,
            JsonRequests requests,
            SessionOpening opening,
            SessionResponses sessionResponses,
            Responses responses) {
        this.sessions = sessions;
        this.requests = requests;
        this.opening = opening;
        this.sessionResponses = sessionResponses;
        this.responses = responses;
    }

    /** Opens one. */
    @POST
    public void open(@Context HttpServletRequest request, @Suspended AsyncResponse response) throws IOException {
        InputStream body = request.getContentLengthLong() <= 0 ? InputStream.nullInputStream() : JsonBody.open(request);
        try {
            opening.open(requests.read(request, body, SessionRequest::read), request, response);
        } catch (NoRoomException e) {
            response.resume(refusal(Refusals.SESSION_NOT_OPENED.because(e), request));
        } catch (BadRequest e) {
            response.resume(refusal(Refused.of(e), request));
        }
    }

    /** Those that the caller has open. */
    @GET
    public Response list(@Context HttpServletRequest request) {
        return Responses.of(sessionResponses.states(sessions.of(Caller.of(request))));
    }

    /** Ends all that the caller has open, and what runs in them. */
    @DELETE
    public Response deleteAll(@Context HttpServletRequest request) {
        List<Session> own = sessions.of(Caller.of(request));
        own.forEach(sessions::delete);
        return Responses.of(sessionResponses.allEnded(own));
    }

    /** Its state. */
    @GET
    @Path("/{id}")
    public Response get(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(id, request, sessionResponses::state);
    }

    /** Ends it, and what runs in it. */
    @DELETE
    @Path("/{id}")
    public Response delete(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(id, request, session -> {
            sessions.delete(session);
            return sessionResponses.ended(session);
        });
    }

    /** Interrupts what runs in it, with KeyboardInterrupt. */
    @POST
    @Path("/{id}/interrupt")
    public Response interrupt(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(id, request, session -> sessionResponses.interrupted(session, session.interrupt()));
    }

    private Response with(String id, HttpServletRequest request, Function<Session, Answer> action) {
        try {
            Optional<Session> session = sessions.find(id);
            return session.isPresent()
                    ? Responses.of(action.apply(session.get()))
                    : responses.refusalOrPage(Refusals.NO_SUCH_SESSION.with(), request);
        } catch (SessionExpiredException e) {
            return refusal(Refused.of(e), request);
        }
    }

    private Response refusal(Refused refused, HttpServletRequest request) {
        return responses.refusal(refused, RequestId.of(request));
    }
}
