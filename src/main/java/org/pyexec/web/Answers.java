package org.pyexec.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.pyexec.http.Accepts;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Json;
import org.pyexec.http.RequestId;

/** Makes responses: JSON for programs, and for an error in a browser a small page. Safe for use by many threads. */
public final class Answers {

    static final MediaType JSON = MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8");
    /** Where HTML is possible; names the origin too, since Jersey replaces what the CORS filter has set. */
    static final String VARY_BY_ACCEPT = "Origin, Accept";

    static final MediaType HTML = MediaType.TEXT_HTML_TYPE.withCharset("UTF-8");

    private static final int RETRY_SECONDS = 5;

    private final ObjectMapper mapper;
    private final Clock clock;

    /**
     * @param mapper for what is written and, with its limits, for what is read
     */
    public Answers(ObjectMapper mapper, Clock clock) {
        this.mapper = mapper;
        this.clock = clock;
    }

    ObjectMapper mapper() {
        return mapper;
    }

    Clock clock() {
        return clock;
    }

    String now() {
        return Json.time(clock.instant());
    }

    /** A response with a value in JSON, not to be kept by caches. */
    Response json(int status, Object value) {
        byte[] bytes = Json.bytes(mapper, value);
        return Response.status(status)
                .type(JSON)
                .header(HttpHeaders.CONTENT_LENGTH, bytes.length)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(bytes)
                .build();
    }

    /** An error with its sentence and the request's id. */
    ErrorBody error(HttpServletRequest request, String error, String message) {
        return ErrorBody.of(error, message, RequestId.of(request), clock.instant());
    }

    /**
     * When clients that read slowly have all the threads that write large answers. The request may be over by then, and its object that
     * of another one.
     */
    Response noPlace(String requestId) {
        String message = "Too many answers wait for their clients to read them; try again in a moment.";
        return Response.fromResponse(json(503, ErrorBody.of("Server is busy", message, requestId, clock.instant())))
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }

    /** When the store of files cannot be reached. */
    Response storeUnreachable(String requestId) {
        String message = "The store of files cannot be reached at the moment; try again later.";
        return Response.fromResponse(
                        json(503, ErrorBody.of("Storage unreachable", message, requestId, clock.instant())))
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }

    /** An error in JSON, or as a page where the client is a browser. */
    Response error(HttpServletRequest request, int status, ErrorBody error) {
        if (!Accepts.preferHtml(request.getHeader(HttpHeaders.ACCEPT))) {
            return Response.fromResponse(json(status, error))
                    .header(HttpHeaders.VARY, VARY_BY_ACCEPT)
                    .build();
        }
        return Response.status(status)
                .type(HTML)
                .header(HttpHeaders.VARY, VARY_BY_ACCEPT)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(ErrorPage.of(request.getContextPath(), status, error).getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
