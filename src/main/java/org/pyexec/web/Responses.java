package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import org.pyexec.api.Answer;
import org.pyexec.api.Answers;
import org.pyexec.api.ErrorBody;
import org.pyexec.api.Refused;
import org.pyexec.api.Route;
import org.pyexec.http.Accepts;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestId;
import org.pyexec.page.ErrorPage;

/** Turns the API's answers into those of JAX-RS, the only place that does. Safe for use by many threads. */
public final class Responses {

    /** Where HTML is possible; names the origin too, since Jersey replaces what the CORS filter has set. */
    static final String VARY_BY_ACCEPT = "Origin, Accept";

    private static final MediaType HTML = MediaType.TEXT_HTML_TYPE.withCharset("UTF-8");

    private final Answers answers;

    public Responses(Answers answers) {
        this.answers = answers;
    }

    /** The same answer for JAX-RS: its entity is an array of bytes, or what writes several. */
    static Response of(Answer answer) {
        ResponseBuilder response = Response.status(answer.status());
        answer.headers().forEach(response::header);
        if (answer.parts().size() == 1) {
            response.entity(answer.bytes());
        } else if (answer.parts().size() > 1) {
            StreamingOutput content = answer::writeTo;
            response.entity(content);
        }
        return response.build();
    }

    /** A value in JSON, not to be kept by caches. */
    Response json(int status, Object value) {
        return of(answers.json(status, value));
    }

    /** A refusal in JSON. */
    Response refusal(Refused refused, String requestId) {
        return of(answers.refusal(refused, requestId));
    }

    /** A refusal in JSON, or as a page where the client is a browser. */
    Response refusalOrPage(Refused refused, HttpServletRequest request) {
        String requestId = RequestId.of(request);
        if (Accepts.preferHtml(request.getHeader(HttpHeaders.ACCEPT))) {
            return page(request, refused.status(), answers.body(refused, requestId));
        }
        Answer answer = Route.reportsSuccess(Paths.of(request))
                ? answers.failure(refused, requestId)
                : answers.refusal(refused, requestId);
        return of(answer.with(HttpHeaders.VARY, VARY_BY_ACCEPT));
    }

    private static Response page(HttpServletRequest request, int status, ErrorBody error) {
        return Response.status(status)
                .type(HTML)
                .header(HttpHeaders.VARY, VARY_BY_ACCEPT)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(ErrorPage.of(request.getContextPath(), status, error).getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
