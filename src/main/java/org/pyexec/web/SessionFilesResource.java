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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.BadRequest;
import org.pyexec.api.HostedContent;
import org.pyexec.api.PathText;
import org.pyexec.api.Route;
import org.pyexec.execution.RefusedException;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FilePath;
import org.pyexec.sessions.SessionFiles;
import org.pyexec.web.SessionFileReplies.Part;

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
    private final SessionFileReplies replies;
    private final Memory memory;

    /**
     * @param files through which contents pass
     * @param maxFileBytes limit for a file that is put
     */
    public SessionFilesResource(
            SessionFiles sessionFiles, FileStore files, long maxFileBytes, SessionFileReplies replies, Memory memory) {
        this.sessionFiles = sessionFiles;
        this.files = files;
        this.maxFileBytes = maxFileBytes;
        this.replies = replies;
        this.memory = memory;
    }

    /** Lists them. */
    @GET
    public void list(
            @PathParam("id") String id, @Context HttpServletRequest request, @Suspended AsyncResponse response) {
        Memory.Share share = memory.share(RequestClient.of(request));
        try {
            share.hold(HELD_BY_LIST);
        } catch (NoRoomException e) {
            share.close();
            response.resume(replies.refusal(e, RequestId.of(request)));
            return;
        }
        replies.carryOut(id, new FileOrder.Listing(), request, response, share::close);
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
        try {
            FilePath path = pathOf(request);
            if (part != null) { // RFC 9110, section 14.5
                throw new BadRequest("Bad request", "A file is put as a whole, without Content-Range.");
            }
            sessionFiles.check(id); // before a body is stored that nobody wants
            HostedFile received = receive(path, request);
            FileOrder order = new FileOrder.Put(path, new HostedContent(files, received));
            replies.carryOut(id, order, request, response, () -> PassingFile.forget(files, received));
        } catch (BadRequest | RefusedException | FileTooLargeException | StoreFullException e) {
            response.resume(replies.refusal(e, RequestId.of(request)));
        }
    }

    private HostedFile receive(FilePath path, HttpServletRequest request) throws IOException {
        String label = FileLabel.ofGenerated(path.shown());
        return files.add(RequestClient.of(request).name(), label, request.getInputStream(), maxFileBytes);
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
        read(id, new Part(range, ifRange), UnaryOperator.identity(), request, response);
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
        read(id, new Part(range, ifRange), SessionFilesResource::withoutBody, request, response);
    }

    /** Removes one. */
    @DELETE
    @Path("/{path: .+}")
    public void delete(
            @PathParam("id") String id, @Context HttpServletRequest request, @Suspended AsyncResponse response) {
        try {
            replies.carryOut(id, new FileOrder.Remove(pathOf(request)), request, response, () -> {});
        } catch (BadRequest e) {
            response.resume(replies.refusal(e, RequestId.of(request)));
        }
    }

    private void read(
            String id, Part part, UnaryOperator<Response> form, HttpServletRequest request, AsyncResponse response) {
        try {
            replies.read(id, pathOf(request), part, form, request, response);
        } catch (BadRequest e) {
            replies.refuse(e, form, request, response);
        }
    }

    private static Response withoutBody(Response answer) {
        return Response.fromResponse(answer).entity(null).build();
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
