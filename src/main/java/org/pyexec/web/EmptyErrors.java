package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.lang.annotation.Annotation;
import org.pyexec.api.Answer;
import org.pyexec.api.Answers;
import org.pyexec.api.Refusals;
import org.pyexec.http.RequestId;

/** Gives a sentence to what Jersey itself refuses without one, such as an Accept header that it cannot read. */
public final class EmptyErrors implements ContainerResponseFilter {

    private final Answers answers;

    @Context
    private HttpServletRequest servletRequest;

    public EmptyErrors(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() < 400 || response.hasEntity() || HttpMethod.HEAD.equals(request.getMethod())) {
            return;
        }
        Answer answer = answers.refusal(
                Refusals.MALFORMED_HEAD.with().withStatus(response.getStatus()), RequestId.of(servletRequest));
        MediaType json = MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8");
        response.setEntity(answer.bytes(), new Annotation[0], json);
        response.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, answer.length());
        response.getHeaders().putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
