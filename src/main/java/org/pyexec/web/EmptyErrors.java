package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;

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
        Response answer = answers.json(
                response.getStatus(),
                answers.error(servletRequest, "Bad request", "The head of the request is malformed."));
        response.setEntity(answer.getEntity(), new Annotation[0], Answers.JSON);
        response.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, answer.getLength());
        response.getHeaders().putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
