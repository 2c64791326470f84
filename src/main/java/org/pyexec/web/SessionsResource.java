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
import java.util.Optional;
import org.pyexec.api.Answer;
import org.pyexec.api.BadRequest;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.api.SessionRequest;
import org.pyexec.api.SessionResponses;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.memory.NoRoomException;
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
        return Responses.of(sessionResponses.states(sessions.of(RequestClient.of(request))));
    }

    /** Ends all that the caller has open, and what runs in them. */
    @DELETE
    public Response deleteAll(@Context HttpServletRequest request) {
        return Responses.of(sessionResponses.allEnded(sessions.deleteAllOf(RequestClient.of(request))));
    }

    /** Its state. */
    @GET
    @Path("/{id}")
    public Response get(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(request, () -> sessions.find(id).map(sessionResponses::state));
    }

    /** Ends it, and what runs in it. */
    @DELETE
    @Path("/{id}")
    public Response delete(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(request, () -> sessions.delete(id) ? Optional.of(sessionResponses.ended(id)) : Optional.empty());
    }

    /** Interrupts what runs in it, with KeyboardInterrupt. */
    @POST
    @Path("/{id}/interrupt")
    public Response interrupt(@PathParam("id") String id, @Context HttpServletRequest request) {
        return with(request, () -> sessions.interrupt(id).map(ran -> sessionResponses.interrupted(id, ran)));
    }

    /** What is done with one session; empty if there never was one of that id. */
    private interface Action {
        Optional<Answer> answer() throws SessionExpiredException;
    }

    private Response with(HttpServletRequest request, Action action) {
        try {
            return action.answer()
                    .map(Responses::of)
                    .orElseGet(() -> responses.refusalOrPage(Refusals.NO_SUCH_SESSION.with(), request));
        } catch (SessionExpiredException e) {
            return refusal(Refused.of(e), request);
        }
    }

    private Response refusal(Refused refused, HttpServletRequest request) {
        return responses.refusal(refused, RequestId.of(request));
    }
}
