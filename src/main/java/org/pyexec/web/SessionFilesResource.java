package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.BadRequest;
import org.pyexec.api.HostedContent;
import org.pyexec.api.PathText;
import org.pyexec.api.Route;
import org.pyexec.api.SessionFileResponses;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.execution.RefusedException;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.Caller;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestId;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FilePath;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sessions.SessionFiles;

/**
 * {@code /sessions/{id}/files}: the files in the working directory of a session. Their contents pass through the file store, so
 * that a slow client does not delay the session, and no file is in the heap.
 */
@Path("/sessions/{id}/files")
public class SessionFilesResource {

    private static final String FILES = "/files/";
    private static final long HELD_BY_LIST = 2 << 20; // its names in the frame, as strings, and in the answer

    private final SessionFiles sessionFiles;
    private final FileStore files;
    private final long maxFileBytes;
    private final SessionFileResponses responses;
    private final FileResponses hosted;
    private final AsyncReplies replies;
    private final Memory memory;

    /**
     * @param files through which contents pass
     * @param maxFileBytes of one that is put
     */
    public SessionFilesResource(
            SessionFiles sessionFiles,
            FileStore files,
            long maxFileBytes,
            SessionFileResponses responses,
            FileResponses hosted,
            AsyncReplies replies,
            Memory memory) {
        this.sessionFiles = sessionFiles;
        this.files = files;
        this.maxFileBytes = maxFileBytes;
        this.responses = responses;
        this.hosted = hosted;
        this.replies = replies;
        this.memory = memory;
    }

    /** Lists them. */
    @GET
    public void list(
            @PathParam("id") String id, @Context HttpServletRequest request, @Suspended AsyncResponse response) {
        Memory.Share share = memory.share(Caller.of(request));
        try {
            share.hold(HELD_BY_LIST);
        } catch (NoRoomException e) {
            share.close();
            response.resume(refusal(e, RequestId.of(request)));
            return;
        }
        carryOut(id, new FileOrder.Listing(), request, response, share::close);
    }

    /** Puts one there; its content is the body as it is. */
    @PUT
    @Path("/{path: .+}")
    public void put(
            @PathParam("id") String id,
            @HeaderParam("Content-Range") @Nullable String part,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response)
            throws IOException {
        HostedFile received;
        FilePath path;
        try {
            path = pathOf(request);
            if (part != null) { // RFC 9110, section 14.5
                throw new BadRequest("Bad request", "A file is put as a whole, without Content-Range.");
            }
            sessionFiles.check(id); // before a body is stored that nobody wants
            received = files.add(
                    Caller.of(request), FileLabel.ofGenerated(path.shown()), request.getInputStream(), maxFileBytes);
        } catch (BadRequest | RefusedException | FileTooLargeException | StoreFullException e) {
            response.resume(refusal(e, RequestId.of(request)));
            return;
        }
        FileOrder order = new FileOrder.Put(path, new HostedContent(files, received));
        carryOut(id, order, request, response, () -> PassingFile.forget(files, received));
    }

    /** Hands one out. */
    @GET
    @Path("/{path: .+}")
    public void get(
            @PathParam("id") String id,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        read(id, range, ifRange, UnaryOperator.identity(), request, response);
    }

    /** Says of one what a GET would. */
    @HEAD
    @Path("/{path: .+}")
    public void head(
            @PathParam("id") String id,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        read(id, range, ifRange, SessionFilesResource::withoutBody, request, response);
    }

    /** Removes one. */
    @DELETE
    @Path("/{path: .+}")
    public void delete(
            @PathParam("id") String id, @Context HttpServletRequest request, @Suspended AsyncResponse response) {
        try {
            carryOut(id, new FileOrder.Remove(pathOf(request)), request, response, () -> {});
        } catch (BadRequest e) {
            response.resume(refusal(e, RequestId.of(request)));
        }
    }

    private void read(
            String id,
            @Nullable String range,
            @Nullable String ifRange,
            UnaryOperator<Response> form,
            HttpServletRequest request,
            AsyncResponse response) {
        String requestId = RequestId.of(request);
        String folder = folder(request, id); // now: the request may be over when it is needed
        PassingFile passing = new PassingFile(files, Caller.of(request));
        Recipient recipient = Recipient.of(request, response);
        CompletableFuture<Response> answer;
        try {
            answer = sessionFiles
                    .carryOut(id, new FileOrder.Read(pathOf(request)), passing)
                    .handle((report, failure) -> failure == null
                            ? passing.answer(hosted, range, ifRange, requestId)
                                    .orElseGet(() -> withoutFile(passing, report, folder, requestId))
                            : refusal(failure, requestId));
        } catch (BadRequest e) {
            answer = CompletableFuture.completedFuture(refusal(e, requestId));
        }
        replies.send(answer.thenApply(form), true, recipient, passing::forget);
    }

    private Response withoutFile(PassingFile passing, FilesReport report, String folder, String requestId) {
        return passing.full()
                .map(full -> refusal(full, requestId))
                .orElseGet(() -> Responses.of(responses.of(report, folder, requestId)));
    }

    private static Response withoutBody(Response answer) {
        return Response.fromResponse(answer).entity(null).build();
    }

    private void carryOut(
            String id, FileOrder order, HttpServletRequest request, AsyncResponse response, Runnable onDelivered) {
        String requestId = RequestId.of(request);
        String folder = folder(request, id);
        Recipient recipient;
        try {
            recipient = Recipient.of(request, response); // there is none if the server has ended the request
        } catch (RuntimeException e) {
            onDelivered.run();
            throw e;
        }
        replies.send(
                sessionFiles
                        .carryOut(id, order, (name, size, content) -> {})
                        .handle((FilesReport report, Throwable failure) -> failure != null
                                ? refusal(failure, requestId)
                                : Responses.of(responses.of(report, folder, requestId))),
                true,
                recipient,
                onDelivered);
    }

    private static String folder(HttpServletRequest request, String id) {
        return request.getContextPath() + Route.SESSION_FILES.with(id);
    }

    private Response refusal(Throwable why, String requestId) {
        return Responses.of(responses.of(why, requestId));
    }

    /** As the client has written it: servers and JAX-RS take away what follows a semicolon. */
    private static FilePath pathOf(HttpServletRequest request) {
        String path = Paths.of(request);
        int begin = path.indexOf(FILES, Route.SESSION.with("").length());
        try {
            return new FilePath(PathText.decoded(path.substring(begin + FILES.length())));
        } catch (IllegalArgumentException e) {
            throw new BadRequest("Invalid path", String.valueOf(e.getMessage()));
        }
    }
}
