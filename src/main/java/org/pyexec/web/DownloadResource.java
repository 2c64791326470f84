package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.http.ErrorBody;

/** {@code GET /download/{token}}: streams a hosted or generated file. */
@Path("/download/{token}")
public class DownloadResource {

    private static final Logger LOG = System.getLogger(DownloadResource.class.getName());
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final FileStore files;
    private final Answers answers;

    public DownloadResource(FileStore files, Answers answers) {
        this.files = files;
        this.answers = answers;
    }

    @GET
    public Response get(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context Request request,
            @Context HttpServletRequest servletRequest)
            throws IOException {
        return respond(token, wanted(range, ifRange, token), request, Optional.of(servletRequest));
    }

    @HEAD
    public Response head(
            @PathParam("token") String token,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @Context Request request)
            throws IOException {
        return respond(token, wanted(range, ifRange, token), request, Optional.empty());
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
    private Response respond(String token, Optional<String> range, Request request, Optional<HttpServletRequest> body)
            throws IOException {
        Lookup lookup = files.find(token);
        if (lookup instanceof Lookup.Expired) {
            return answers.json(410, ErrorBody.bare("Download link has expired"));
        }
        if (!(lookup instanceof Lookup.Found found)) {
            return unknown();
        }
        HostedFile file = found.file();
        EntityTag tag = new EntityTag(file.sha256());
        ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return described(unchanged, tag).build();
        }
        ByteRange.Asked asked = ByteRange.parse(range, file.size());
        if (asked instanceof ByteRange.Asked.Unsatisfiable) {
            ResponseBuilder unsatisfiable =
                    body.isPresent() ? outOfRange(body.get(), file) : Response.status(RANGE_NOT_SATISFIABLE);
            return described(unsatisfiable, tag)
                    .header("Content-Range", "bytes */" + file.size())
                    .build();
        }
        try {
            return content(file, tag, asked, body.isPresent());
        } catch (NoSuchFileException expiredJustNow) {
            return unknown();
        }
    }

    private ResponseBuilder outOfRange(HttpServletRequest request, HostedFile file) {
        String message = "The file has %d bytes.".formatted(file.size());
        ErrorBody error = answers.error(request, "Range not satisfiable", message);
        return Response.fromResponse(answers.json(RANGE_NOT_SATISFIABLE, error));
    }

    private Response unknown() {
        return answers.json(404, ErrorBody.bare("Invalid or expired download token"));
    }

    private Response content(HostedFile file, EntityTag tag, ByteRange.Asked asked, boolean withBody)
            throws IOException {
        ByteRange range = asked instanceof ByteRange.Asked.Part part ? part.range() : new ByteRange(0, file.size());
        ResponseBuilder response = described(Response.ok(), tag)
                .type(file.mimeType())
                .header("Content-Length", range.length())
                .header("Content-Disposition", ContentDisposition.attachment(FileLabel.lastComponent(file.filename())));
        if (asked instanceof ByteRange.Asked.Part) {
            response.status(206).header("Content-Range", range.contentRange(file.size()));
        }
        if (withBody) {
            FileChannel channel = files.read(file);
            response.entity((StreamingOutput) out -> copy(channel, range, out));
        }
        return response.build();
    }

    private static ResponseBuilder described(ResponseBuilder response, EntityTag tag) {
        return response.tag(tag)
                .header("Accept-Ranges", "bytes")
                .header("Cache-Control", null) // what an error in JSON has set
                .header("Cache-Control", "private, no-store")
                .header("Content-Security-Policy", "sandbox; default-src 'none'");
    }

    private static void copy(FileChannel channel, ByteRange range, OutputStream out) throws IOException {
        try (channel) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long position = range.first();
            long end = range.first() + range.length();
            while (position < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                int count = channel.read(buffer, position);
                if (count < 0) {
                    LOG.log(Level.ERROR, "event=stored_file_too_short missing_bytes={0}", end - position);
                    throw new IOException("The stored file is shorter than it was when it was stored");
                }
                out.write(buffer.array(), 0, count);
                position += count;
            }
        }
    }
}
