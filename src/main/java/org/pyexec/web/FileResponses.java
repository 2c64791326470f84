package org.pyexec.web;

import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Refusals;
import org.pyexec.files.DownloadName;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.http.ByteRange;
import org.pyexec.http.ContentDisposition;

/** A stored file as an answer: the whole of it, or the part that is asked for. Safe for use by many threads. */
public final class FileResponses {

    private final FileStore files;
    private final Responses responses;

    public FileResponses(FileStore files, Responses responses) {
        this.files = files;
        this.responses = responses;
    }

    /**
     * The answer; its entity is {@link FileContent} if it has the file.
     *
     * @param range as the request names it, if it does
     * @param ifRange the tag of the file of which the client has the rest, if it says so: a part of another is of no use
     * @param requestId of a request whose answer has a body; empty for HEAD
     */
    Response of(HostedFile file, @Nullable String range, @Nullable String ifRange, Optional<String> requestId) {
        EntityTag tag = new EntityTag(file.sha256());
        boolean isOfThisFile = ifRange == null || ifRange.strip().equals("\"" + file.sha256() + "\"");
        ByteRange.Asked asked =
                ByteRange.parse(isOfThisFile ? Optional.ofNullable(range) : Optional.empty(), file.size());
        if (asked instanceof ByteRange.Asked.Unsatisfiable) {
            ResponseBuilder unsatisfiable = requestId.isPresent()
                    ? outOfRange(requestId.get(), file)
                    : Response.status(Refusals.RANGE_NOT_SATISFIABLE.status());
            return described(unsatisfiable, tag)
                    .header("Content-Range", "bytes */" + file.size())
                    .build();
        }
        return content(file, tag, asked, requestId.isPresent());
    }

    private ResponseBuilder outOfRange(String requestId, HostedFile file) {
        return Response.fromResponse(responses.refusal(Refusals.RANGE_NOT_SATISFIABLE.with(file.size()), requestId));
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
