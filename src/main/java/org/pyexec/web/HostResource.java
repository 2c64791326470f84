package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.glassfish.jersey.media.multipart.BodyPart;
import org.glassfish.jersey.media.multipart.BodyPartEntity;
import org.glassfish.jersey.media.multipart.FormDataBodyPart;
import org.glassfish.jersey.media.multipart.FormDataMultiPart;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Json;

/** {@code POST /host}: keeps an uploaded file for a while. */
@Path("/host")
public class HostResource {

    private static final String FIELD = "file";

    private final FileStore files;
    private final Answers answers;
    private final long maxUploadBytes;

    public HostResource(FileStore files, Answers answers, long maxUploadBytes) {
        this.files = files;
        this.answers = answers;
        this.maxUploadBytes = maxUploadBytes;
    }

    record Hosted(String downloadUrl, String expires, String filename, long size) {}

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response host(FormDataMultiPart form, @Context HttpServletRequest request) throws IOException {
        try {
            List<FormDataBodyPart> parts = form.getFields(FIELD);
            if (parts == null || parts.isEmpty()) {
                return answers.json(400, ErrorBody.bare("No file uploaded"));
            }
            if (parts.size() > 1) {
                String message = "The form has %d parts named 'file'; upload one file at a time.";
                return answers.json(400, answers.error(request, "Too many files", message.formatted(parts.size())));
            }
            return keep(parts.get(0), request);
        } finally {
            form.cleanup();
        }
    }

    /** Anything that is not a form: nothing at all, or another content type. */
    @POST
    public Response hostWithoutForm(@Context HttpServletRequest request, @Context HttpHeaders headers) {
        boolean hasType = headers.getHeaderString(HttpHeaders.CONTENT_TYPE) != null;
        if (!hasType || request.getContentLengthLong() == 0) {
            return answers.json(400, ErrorBody.bare("No file uploaded"));
        }
        return answers.json(
                415,
                answers.error(
                        request,
                        "Unsupported media type",
                        "Upload the file as multipart/form-data in a field named 'file'."));
    }

    private Response keep(FormDataBodyPart part, HttpServletRequest request) throws IOException {
        String label = FileLabel.ofUpload(PartNames.filename(part));
        try (InputStream content = content(part)) {
            HostedFile file = files.add(label, content, maxUploadBytes);
            return answers.json(
                    200,
                    new Hosted("/download/" + file.token(), Json.time(file.expires()), file.filename(), file.size()));
        } catch (FileTooLargeException e) {
            String message = "A file may have at most %d bytes.".formatted(maxUploadBytes);
            return answers.json(413, answers.error(request, "File too large", message));
        } catch (StoreFullException e) {
            String message = "The server has no room for this file at the moment; try again later.";
            return answers.json(507, answers.error(request, "Storage full", message));
        }
    }

    private static InputStream content(BodyPart part) {
        return ((BodyPartEntity) part.getEntity()).getInputStream();
    }
}
