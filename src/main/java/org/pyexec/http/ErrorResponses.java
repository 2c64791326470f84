package org.pyexec.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.pyexec.api.ErrorBody;
import org.pyexec.api.Json;
import org.pyexec.api.Refused;
import org.pyexec.api.Route;

/** Writes refusals where no resource has been reached yet. */
public final class ErrorResponses {

    private static final ObjectMapper JSON = Json.mapper(1);

    private ErrorResponses() {}

    /** Answers the request with the refusal. */
    public static void write(HttpServletRequest request, HttpServletResponse response, Refused refused)
            throws IOException {
        byte[] bytes = Json.bytes(JSON, body(request, refused));
        response.setStatus(refused.status());
        response.setContentType("application/json;charset=UTF-8");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
    }

    /** A refusal that is only a few words says nothing of success. */
    private static ErrorBody body(HttpServletRequest request, Refused refused) {
        ErrorBody body = refused.body(RequestId.of(request), Clock.systemUTC().instant());
        return refused.message() != null && Route.reportsSuccess(Paths.of(request)) ? body.failed() : body;
    }
}
