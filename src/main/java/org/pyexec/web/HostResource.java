package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.pyexec.body.CountedForm;
import org.pyexec.body.FormUpload;
import org.pyexec.body.UploadOutcome;
import org.pyexec.body.Uploads;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Json;
import org.pyexec.memory.NoRoomException;

/** {@code POST /host}: keeps an uploaded file for a while. The form has been read while it was received. */
@Path("/host")
public class HostResource {

    private static final int RETRY_SECONDS = 5;

    private static final ErrorBody NO_FILE = ErrorBody.bare("No file uploaded");

    private final Answers answers;
    private final long maxUploadBytes;

    public HostResource(Answers answers, long maxUploadBytes) {
        this.answers = answers;
        this.maxUploadBytes = maxUploadBytes;
    }

    record Hosted(String downloadUrl, String expires, String filename, long size) {}

    @POST
    public Response host(@Context HttpServletRequest request, @Context HttpHeaders headers) throws IOException {
        MediaType type = headers.getMediaType();
        if (type == null || hasNoParts(type, request)) {
            return answers.json(400, NO_FILE);
        }
        if (!MediaType.MULTIPART_FORM_DATA_TYPE.isCompatible(type)) {
            String message = "Upload the file as multipart/form-data in a field named 'file'.";
            return answers.json(415, answers.error(request, "Unsupported media type", message));
        }
        if (!Uploads.hasBoundary(type)) {
            String message =
                    "A multipart/form-data body needs a boundary of 1 to 70 characters (RFC 2046, section 5.1.1).";
            return malformed(message, request);
        }
        FormUpload form = FormUpload.of(request)
                .orElseThrow(() -> new IllegalStateException("a form that was not read while it was received"));
        return finish(form, request);
    }

    /** Whether the body is no longer than the delimiter that closes a form (RFC 2046, section 5.1.1). */
    private static boolean hasNoParts(MediaType type, HttpServletRequest request) {
        String boundary = Uploads.boundary(type);
        return request.getContentLengthLong() <= (boundary.isEmpty() ? 0 : "\r\n--".length() + boundary.length() + 4);
    }

    private Response finish(FormUpload form, HttpServletRequest request) throws IOException {
        try {
            return answer(form.finish(), request);
        } catch (FileTooLargeException e) {
            String message = "A file may have at most %d bytes.".formatted(maxUploadBytes);
            return answers.json(413, answers.error(request, "File too large", message));
        } catch (StoreFullException e) {
            return e.ofThisClient() ? shareFull(request) : storageFull(request);
        } catch (NoRoomException e) {
            String message = String.valueOf(e.getMessage());
            return Response.fromResponse(answers.json(503, answers.error(request, "Server is busy", message)))
                    .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                    .build();
        }
    }

    private Response answer(UploadOutcome outcome, HttpServletRequest request) {
        if (outcome instanceof UploadOutcome.Kept kept) {
            return hosted(kept.file());
        }
        if (outcome instanceof UploadOutcome.NoFile) {
            return answers.json(400, NO_FILE);
        }
        if (outcome instanceof UploadOutcome.TooManyFiles files) {
            String message = "The form has %d parts named 'file'; upload one file at a time.".formatted(files.count());
            return answers.json(400, answers.error(request, "Too many files", message));
        }
        if (outcome instanceof UploadOutcome.TooManyParts) {
            String message = "A form may have at most %d parts, and %d bytes before their contents."
                    .formatted(CountedForm.MAX_PARTS, CountedForm.MAX_HEAD_BYTES);
            return malformed(message, request);
        }
        return malformed("The body is not well-formed multipart/form-data.", request);
    }

    private Response hosted(HostedFile file) {
        return answers.json(
                200, new Hosted("/download/" + file.token(), Json.time(file.expires()), file.filename(), file.size()));
    }

    private Response malformed(String message, HttpServletRequest request) {
        return answers.json(400, answers.error(request, "Malformed form", message));
    }

    private Response storageFull(HttpServletRequest request) {
        String message = "The server has no room for this file at the moment; try again later.";
        return answers.json(507, answers.error(request, "Storage full", message));
    }

    private Response shareFull(HttpServletRequest request) {
        String message =
                "The files of this client take as much of the storage as one client may have; the oldest expire first.";
        return answers.json(507, answers.error(request, "Storage full", message));
    }
}
