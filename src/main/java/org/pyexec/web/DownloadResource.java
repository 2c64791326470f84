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
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.DownloadName;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.RequestId;

/** {@code GET /download/{token}}: streams a hosted or generated file. */
@Path("/download/{token}")
@UnchangedFiles.Checked
public class DownloadResource {

    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final FileStore files;
    private final Answers answers;
    private final LateAnswers lateAnswers;

    public DownloadResource(FileStore files, Answers answers, LateAnswers lateAnswers) {
        this.files = files;
        this.answers = answers;
        this.lateAnswers = lateAnswers;
    }

    /** Any small answer at once; the file, which may be large, when there is a place for it. */
    @GET
    public void get(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context HttpServletRequest servletRequest,
            @Suspended AsyncResponse response) {
        Response answer = respond(token, wanted(range, ifRange, token), Optional.of(servletRequest));
        if (!(answer.getEntity() instanceof FileContent content)) {
            response.resume(answer);
            return;
        }
        String id = RequestId.of(servletRequest);
        lateAnswers.giveInTurn(
                () -> opened(answer, content),
                content.length(),
                () -> answers.noPlace(id),
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
        return respond(token, wanted(range, ifRange, token), Optional.empty());
    }

    /** A range is asked for unless the client's copy is of another file. */
    private Optional<String> wanted(@Nullable String range, @Nullable String ifRange, String token) {
        boolean sameFile = ifRange == null
                || (files.find(token) instanceof Lookup.Found found
                        && ifRange.strip().equals("\"" + found.file().sha256() + "\""));
        return sameFile ? Optional.ofNullable(range) : Optional.empty();
    }

    /**
     * @param body whose answer has a body: empty for HEAD
     */
    private Response respond(String token, Optional<String> range, Optional<HttpServletRequest> body) {
        Lookup lookup = files.find(token);
        if (lookup instanceof Lookup.Expired) {
            return answers.json(410, ErrorBody.bare("Download link has expired"));
        }
        if (!(lookup instanceof Lookup.Found found)) {
            return unknown();
        }
        HostedFile file = found.file();
        EntityTag tag = new EntityTag(file.sha256());
        ByteRange.Asked asked = ByteRange.parse(range, file.size());
        if (asked instanceof ByteRange.Asked.Unsatisfiable) {
            ResponseBuilder unsatisfiable =
                    body.isPresent() ? outOfRange(body.get(), file) : Response.status(RANGE_NOT_SATISFIABLE);
            return described(unsatisfiable, tag)
                    .header("Content-Range", "bytes */" + file.size())
                    .build();
        }
        return content(file, tag, asked, body.isPresent());
    }

    private ResponseBuilder outOfRange(HttpServletRequest request, HostedFile file) {
        String message = "The file has %d bytes.".formatted(file.size());
        ErrorBody error = answers.error(request, "Range not satisfiable", message);
        return Response.fromResponse(answers.json(RANGE_NOT_SATISFIABLE, error));
    }

    private Response unknown() {
        return answers.json(404, ErrorBody.bare("Invalid or expired download token"));
    }

    private Response content(HostedFile file, EntityTag tag, ByteRange.Asked asked, boolean withBody) {
        ByteRange range = asked instanceof ByteRange.Asked.Part part ? part.range() : new ByteRange(0, file.size());
        ResponseBuilder response = described(Response.ok(), tag)
                .type(file.mimeType())
                .header("Content-Length", range.length())
                .header("Content-Disposition", ContentDisposition.attachment(DownloadName.of(file.filename())));
        if (asked instanceof ByteRange.Asked.Part) {
            response.status(206).header("Content-Range", range.contentRange(file.size()));
        }
        if (withBody) {
            response.entity(new FileContent(files, file, range));
        }
        return response.build();
    }

    static ResponseBuilder described(ResponseBuilder response, EntityTag tag) {
        return response.tag(tag)
                .header("Accept-Ranges", "bytes")
                .header("Cache-Control", null) // what an error in JSON has set
                .header("Cache-Control", "private, no-store")
                .header("Content-Security-Policy", "sandbox; default-src 'none'");
    }
}
