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
import org.pyexec.files.FileStore;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.RequestId;

/** {@code GET /download/{token}}: streams a hosted or generated file. */
@Path("/download/{token}")
@UnchangedFiles.Checked
public class DownloadResource {

    private final FileStore files;
    private final Answers answers;
    private final HostedAnswers hosted;
    private final LateAnswers lateAnswers;

    public DownloadResource(FileStore files, Answers answers, HostedAnswers hosted, LateAnswers lateAnswers) {
        this.files = files;
        this.answers = answers;
        this.hosted = hosted;
        this.lateAnswers = lateAnswers;
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
        lateAnswers.giveInTurn(
                () -> opened(answer, content, id),
                content.length(),
                () -> answers.noPlace(id),
                Recipient.of(servletRequest, response),
                content::close);
    }

    private Response opened(Response answer, FileContent content, String id) {
        try {
            content.open();
            return answer;
        } catch (NoSuchFileException expiredJustNow) {
            return unknown();
        } catch (StoreUnreachableException e) {
            return answers.storeUnreachable(id);
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
        if (lookup instanceof Lookup.Expired) {
            return answers.json(410, ErrorBody.bare("Download link has expired"));
        }
        return lookup instanceof Lookup.Found found ? hosted.of(found.file(), range, ifRange, requestId) : unknown();
    }

    private Response unknown() {
        return answers.json(404, ErrorBody.bare("Invalid or expired download token"));
    }
}
