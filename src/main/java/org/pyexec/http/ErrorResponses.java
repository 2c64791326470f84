package org.pyexec.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.pyexec.api.ErrorBody;
import org.pyexec.api.Json;

/** Writes the errors that a filter answers by itself. */
public final class ErrorResponses {

    private static final ObjectMapper JSON = Json.mapper(1);

    private ErrorResponses() {}

    public static ErrorBody error(HttpServletRequest request, String error, String message) {
        ErrorBody body = ErrorBody.of(
                error, message, RequestId.of(request), Clock.systemUTC().instant());
        boolean execute = Paths.of(request).equals("/execute");
        return execute ? body.failed() : body;
    }

    public static void write(HttpServletResponse response, int status, ErrorBody body) throws IOException {
        byte[] bytes = Json.bytes(JSON, body);
        response.setStatus(status);
        response.setContentType("application/json;charset=UTF-8");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
    }
}
