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
import org.pyexec.api.ErrorBody;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.Recipient;
import org.pyexec.files.FileStore;
import org.pyexec.files.Lookup;
import org.pyexec.http.RequestId;

/** {@code GET /download/{token}}: streams a hosted or generated file. */
@Path("/download/{token}")
@UnchangedFiles.Checked
public class DownloadResource {

    private final FileStore files;
    private final Answers answers;
    private final HostedAnswers hosted;
    private final AsyncReplies replies;

    public DownloadResource(FileStore files, Answers answers, HostedAnswers hosted, AsyncReplies replies) {
        this.files = files;
        this.answers = answers;
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
            @Suspended AsyncResponse response) {
        String id = RequestId.of(servletRequest);
        Response answer = respond(token, range, ifRange, Optional.of(id));
        if (!(answer.getEntity() instanceof FileContent content)) {
            response.resume(answer);
            return;
        }
        replies.sendWhenSlotFree(
                () -> opened(answer, content),
                content.length(),
                () -> answers.noSlot(id),
                Recipient.of(servletRequest, response),
                content::close);
    }

    private Response opened(Response answer, FileContent content) {
        try {
            content.open();
            return answer;
        } catch (NoSuchFileException expiredJustNow) {
            return unknown();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @HEAD
    public Response head(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange) {
        return respond(token, range, ifRange, Optional.empty());
    }

    /**
     * @param requestId of a request whose answer has a body; empty for HEAD
     */
    private Response respond(
            String token, @Nullable String range, @Nullable String ifRange, Optional<String> requestId) {
        Lookup lookup = files.find(token);
        if (lookup instanceof Lookup.Expired) {
            return answers.json(410, ErrorBody.bare("Download link has expired"));
        }
        return lookup instanceof Lookup.Found found ? hosted.of(found.file(), range, ifRange, requestId) : unknown();
    }

    private Response unknown() {
        return answers.json(404, ErrorBody.bare("Invalid or expired download token"));
    }
}
