package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Refusals;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.files.FileStore;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.http.RequestId;

/** {@code GET /download/{token}}: streams a hosted or generated file. */
@Path("/download/{token}")
@UnchangedFiles.Checked
public class DownloadResource {

    private final FileStore files;
    private final Responses responses;
    private final FileResponses hosted;
    private final AsyncReplies replies;

    public DownloadResource(FileStore files, Responses responses, FileResponses hosted, AsyncReplies replies) {
        this.files = files;
        this.responses = responses;
        this.hosted = hosted;
        this.replies = replies;
    }

    /** Any small answer at once; the file, which may be large, when there is a place for it. */
    @GET
    public void get(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context HttpServletRequest servletRequest,
            @Suspended AsyncResponse response)
            throws StoreUnreachableException {
        String id = RequestId.of(servletRequest);
        Response answer = respond(token, range, ifRange, Optional.of(id));
        if (!(answer.getEntity() instanceof FileContent content)) {
            response.resume(answer);
            return;
        }
        replies.sendWhenSlotFree(
                () -> opened(answer, content, id),
                content.length(),
                () -> responses.refusal(Refusals.NO_WRITE_SLOT.with(), id),
                Recipient.of(servletRequest, response),
                content::close);
    }

    private Response opened(Response answer, FileContent content, String requestId) {
        try {
            content.open();
            return answer;
        } catch (NoSuchFileException expiredJustNow) {
            return responses.refusal(Refusals.UNKNOWN_DOWNLOAD.with(), requestId);
        } catch (StoreUnreachableException e) {
            return responses.refusal(Refusals.STORAGE_UNREACHABLE.with(), requestId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @HEAD
    public Response head(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange)
            throws StoreUnreachableException {
        return respond(token, range, ifRange, Optional.empty());
    }

    /**
     * @param requestId of a request whose answer has a body; empty for HEAD
     */
    private Response respond(String token, @Nullable String range, @Nullable String ifRange, Optional<String> requestId)
            throws StoreUnreachableException {
        Lookup lookup = files.find(token);
        if (lookup instanceof Lookup.Unreachable) {
            throw new StoreUnreachableException("The store cannot be asked for a token");
        }
        if (lookup instanceof Lookup.Found found) {
            return hosted.of(found.file(), range, ifRange, requestId);
        }
        Refusals row = lookup instanceof Lookup.Expired ? Refusals.EXPIRED_DOWNLOAD : Refusals.UNKNOWN_DOWNLOAD;
        return responses.refusal(row.with(), requestId.orElse("")); // neither has the request's id in it
    }
}
