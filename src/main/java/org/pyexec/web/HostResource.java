package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Providers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.regex.Pattern;
import org.glassfish.jersey.media.multipart.BodyPart;
import org.glassfish.jersey.media.multipart.BodyPartEntity;
import org.glassfish.jersey.media.multipart.FormDataBodyPart;
import org.glassfish.jersey.media.multipart.FormDataMultiPart;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.http.Caller;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Json;
import org.pyexec.http.RequestId;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

/** {@code POST /host}: keeps an uploaded file for a while. */
@Path("/host")
public class HostResource {

    private static final Logger LOG = System.getLogger(HostResource.class.getName());
    private static final String FIELD = "file";
    private static final int RETRY_SECONDS = 5;

    /** The parts of a form that are not put on the disk (each 4 KiB), what describes them, and a part being copied. */
    private static final long HELD_BYTES = 288 << 10;

    /** RFC 2046, section 5.1.1: no quotes among them, which one reader would take away and another would not. */
    private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]");

    private static final ErrorBody NO_FILE = ErrorBody.bare("No file uploaded");

    private final FileStore files;
    private final Answers answers;
    private final long maxUploadBytes;
    private final Memory memory;

    /**
     * @param memory where a form takes what reading it needs
     */
    public HostResource(FileStore files, Answers answers, long maxUploadBytes, Memory memory) {
        this.files = files;
        this.memory = memory;
        this.answers = answers;
        this.maxUploadBytes = maxUploadBytes;
    }

    record Hosted(String downloadUrl, String expires, String filename, long size) {}

    @POST
    public Response host(
            @Context HttpServletRequest request, @Context HttpHeaders headers, @Context Providers providers)
            throws IOException {
        MediaType type = headers.getMediaType();
        if (type == null || hasNoParts(type, request)) {
            return answers.json(400, NO_FILE);
        }
        if (!MediaType.MULTIPART_FORM_DATA_TYPE.isCompatible(type)) {
            String message = "Upload the file as multipart/form-data in a field named 'file'.";
            return answers.json(415, answers.error(request, "Unsupported media type", message));
        }
        if (!BOUNDARY.matcher(boundary(type)).matches()) {
            String message =
                    "A multipart/form-data body needs a boundary of 1 to 70 characters (RFC 2046, section 5.1.1).";
            return answers.json(400, answers.error(request, "Malformed form", message));
        }
        try (Memory.Share share = memory.share(Caller.of(request))) {
            share.hold(HELD_BYTES);
            return read(type, request, headers, providers);
        } catch (NoRoomException e) {
            String message = String.valueOf(e.getMessage());
            return Response.fromResponse(answers.json(503, answers.error(request, "Server is busy", message)))
                    .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                    .build();
        }
    }

    private Response read(MediaType type, HttpServletRequest request, HttpHeaders headers, Providers providers)
            throws IOException {
        CountedForm body = new CountedForm(request.getInputStream(), boundary(type));
        try (FormDataMultiPart form = read(type, body, headers, providers)) {
            return answer(form, request);
        } catch (NotKept e) {
            if (body.exceeded()) {
                return tooManyParts(request);
            }
            LOG.log(
                    Level.WARNING,
                    "request_id={0} event=form_not_kept cause=\"{1}\"",
                    RequestId.of(request),
                    e.getCause());
            return storageFull(request);
        } catch (BadRequestException e) {
            if (body.exceeded()) {
                return tooManyParts(request);
            }
            String message = "The body is not well-formed multipart/form-data.";
            return answers.json(400, answers.error(request, "Malformed form", message));
        }
    }

    private Response tooManyParts(HttpServletRequest request) {
        String message = "A form may have at most %d parts, and %d bytes before their contents."
                .formatted(CountedForm.MAX_PARTS, CountedForm.MAX_HEAD_BYTES);
        return answers.json(400, answers.error(request, "Malformed form", message));
    }

    private static String boundary(MediaType type) {
        return type.getParameters().getOrDefault("boundary", "");
    }

    /** Whether the body is no longer than the delimiter that closes a form (RFC 2046, section 5.1.1). */
    private static boolean hasNoParts(MediaType type, HttpServletRequest request) {
        String boundary = boundary(type);
        return request.getContentLengthLong() <= (boundary.isEmpty() ? 0 : "\r\n--".length() + boundary.length() + 4);
    }

    /** The body has been received already, so what fails here is the disk on which the parts are put. */
    private static FormDataMultiPart read(MediaType type, InputStream body, HttpHeaders headers, Providers providers)
            throws NotKept {
        try {
            return providers
                    .getMessageBodyReader(FormDataMultiPart.class, FormDataMultiPart.class, new Annotation[0], type)
                    .readFrom(
                            FormDataMultiPart.class,
                            FormDataMultiPart.class,
                            new Annotation[0],
                            type,
                            headers.getRequestHeaders(),
                            body);
        } catch (IOException e) {
            throw new NotKept(e);
        }
    }

    private static final class NotKept extends IOException {
        NotKept(IOException cause) {
            super(cause);
        }
    }

    private Response answer(FormDataMultiPart form, HttpServletRequest request) throws IOException {
        List<FormDataBodyPart> parts = form.getFields(FIELD);
        if (parts == null || parts.isEmpty()) {
            return answers.json(400, NO_FILE);
        }
        if (parts.size() > 1) {
            String message = "The form has %d parts named 'file'; upload one file at a time.".formatted(parts.size());
            return answers.json(400, answers.error(request, "Too many files", message));
        }
        return keep(parts.get(0), request);
    }

    private Response keep(FormDataBodyPart part, HttpServletRequest request) throws IOException {
        String label = FileLabel.ofUpload(MultipartFilename.filename(part));
        try (InputStream content = content(part)) {
            HostedFile file = files.add(Caller.of(request), label, content, maxUploadBytes);
            return answers.json(
                    200,
                    new Hosted("/download/" + file.token(), Json.time(file.expires()), file.filename(), file.size()));
        } catch (FileTooLargeException e) {
            String message = "A file may have at most %d bytes.".formatted(maxUploadBytes);
            return answers.json(413, answers.error(request, "File too large", message));
        } catch (StoreFullException e) {
            return e.ofThisClient() ? shareFull(request) : storageFull(request);
        }
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

    private static InputStream content(BodyPart part) {
        return ((BodyPartEntity) part.getEntity()).getInputStream();
    }
}
