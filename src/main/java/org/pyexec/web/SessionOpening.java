package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.api.Answer;
import org.pyexec.api.Refusals;
import org.pyexec.api.SessionRequest;
import org.pyexec.api.SessionResponses;
import org.pyexec.client.Client;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.execution.Executions;
import org.pyexec.execution.TooManyException;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sessions.SessionView;
import org.pyexec.sessions.Sessions;

/**
 * Opens sessions, which takes a while: on other threads than those of the server. Safe for use by many threads.
 *
 * @param executor where sessions are opened
 */
public record SessionOpening(
        Sessions sessions,
        Executions executions,
        Executor executor,
        AsyncReplies replies,
        SessionResponses sessionResponses,
        Responses responses) {

    private static final Logger LOG = System.getLogger(SessionOpening.class.getName());

    /** Opens one, and replies when it is open. */
    void open(SessionRequest wanted, HttpServletRequest request, AsyncResponse response) {
        String requestId = RequestId.of(request);
        if (wanted.terms().network() && !executions.networkAvailable()) {
            response.resume(responses.refusal(Refusals.SESSION_NEEDS_NETWORK.with(), requestId));
            return;
        }
        Client client = RequestClient.of(request);
        String base = request.getContextPath();
        // First: there is no recipient if the server has ended the request.
        Recipient recipient = Recipient.of(request, response);
        try {
            CompletableFuture<Response> opened = CompletableFuture.supplyAsync(
                    () -> Responses.of(opened(wanted, client, base, requestId)), executor);
            replies.send(opened, true, recipient);
        } catch (RejectedExecutionException e) {
            response.resume(responses.refusal(Refusals.NO_THREAD_FOR_SESSION.with(), requestId));
        }
    }

    private Answer opened(SessionRequest wanted, Client client, String base, String requestId) {
        try {
            SessionView session = sessions.open(client, wanted.terms(), wanted.idle());
            String open = Integer.toString(sessions.count());
            LOG.log(Level.INFO, "request_id={0} event=session_opened open={1}", requestId, open);
            return sessionResponses.opened(session, base);
        } catch (TooManyException e) {
            return sessionResponses.tooMany(e, requestId);
        } catch (SandboxUnavailableException e) {
            return sessionResponses.noSandbox(e, requestId);
        }
    }
}
