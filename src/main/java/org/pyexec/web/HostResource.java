package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.pyexec.api.Json;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.body.CountedForm;
import org.pyexec.body.FormUpload;
import org.pyexec.body.UploadOutcome;
import org.pyexec.body.Uploads;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.RequestId;
import org.pyexec.memory.NoRoomException;

/** {@code POST /host}: keeps an uploaded file for a while. The form has been read while it was received. */
@Path("/host")
public class HostResource {

    private static final Logger LOG = System.getLogger(HostResource.class.getName());

    private final Responses responses;

    public HostResource(Responses responses) {
        this.responses = responses;
    }

    record Hosted(String downloadUrl, String expires, String filename, long size) {

        static Hosted of(HostedFile file) {
            return new Hosted("/download/" + file.token(), Json.time(file.expires()), file.filename(), file.size());
        }
    }

    @POST
    public Response host(@Context HttpServletRequest request, @Context HttpHeaders headers) throws IOException {
        MediaType type = headers.getMediaType();
        if (type == null || hasNoParts(type, request)) {
            return refusal(Refusals.NO_FILE.with(), request);
        }
        if (!MediaType.MULTIPART_FORM_DATA_TYPE.isCompatible(type)) {
            return refusal(Refusals.NO_FORM.with(), request);
        }
        if (!Uploads.hasBoundary(type)) {
            return refusal(Refusals.BAD_BOUNDARY.with(), request);
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
            UploadOutcome outcome = form.finish();
            return outcome instanceof UploadOutcome.Kept kept
                    ? responses.json(200, Hosted.of(kept.file()))
                    : refusal(refused(outcome), request);
        } catch (FileTooLargeException e) {
            return refusal(Refusals.FILE_TOO_LARGE.with(e.limitBytes()), request);
        } catch (StoreFullException e) {
            return refusal(full(e, form, request), request);
        } catch (NoRoomException e) {
            return refusal(Refusals.SERVER_BUSY.because(e), request);
        }
    }

    private static Refused refused(UploadOutcome outcome) {
        if (outcome instanceof UploadOutcome.NoFile) {
            return Refusals.NO_FILE.with();
        }
        if (outcome instanceof UploadOutcome.TooManyFiles files) {
            return Refusals.TOO_MANY_FILES.with(files.count());
        }
        return outcome instanceof UploadOutcome.TooManyParts
                ? Refusals.TOO_MANY_PARTS.with(CountedForm.MAX_PARTS, CountedForm.MAX_HEAD_BYTES)
                : Refusals.MALFORMED_FORM.with();
    }

    /** On a full disk, a large body is told that there is no room for it, as any other request's is. */
    private static Refused full(StoreFullException why, FormUpload form, HttpServletRequest request) {
        if (why.ofThisClient()) {
            return Refusals.STORAGE_FULL_OF_CLIENT.with();
        }
        if (!why.ofDisk()) {
            return Refusals.STORAGE_FULL.with();
        }
        LOG.log(
                Level.WARNING,
                "request_id={0} event=form_not_kept cause=\"{1}\"",
                RequestId.of(request),
                why.getCause());
        return form.isLarge() ? Refusals.NO_ROOM_FOR_BODY.with() : Refusals.STORAGE_FULL.with();
    }

    private Response refusal(Refused refused, HttpServletRequest request) {
        return responses.refusal(refused, RequestId.of(request));
    }
}
