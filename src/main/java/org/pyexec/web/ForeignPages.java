package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Refusals;
import org.pyexec.api.Route;
import org.pyexec.http.ForeignPage;
import org.pyexec.http.RequestId;

/**
 * Refuses requests of pages of other origins where the table of routes says so: a page in a browser speaks for its visitor. It
 * asks which resource has been matched, and not how the path is written, which can be done in several ways.
 */
public final class ForeignPages implements ContainerRequestFilter {

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)[^}]*}");

    private final Responses responses;

    @Context
    private ResourceInfo matched;

    @Context
    private HttpServletRequest servletRequest;

    public ForeignPages(Responses responses) {
        this.responses = responses;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (isForOwnPagesOnly(request.getMethod()) && ForeignPage.sent(servletRequest)) {
            request.abortWith(responses.refusal(Refusals.FOREIGN_PAGE.with(), RequestId.of(servletRequest)));
        }
    }

    private boolean isForOwnPagesOnly(String httpMethod) {
        @Nullable
        Method method = matched.getResourceMethod(); // none where Jersey answers by itself, as it does OPTIONS
        return method != null
                && Route.find(httpMethod, template(matched.getResourceClass(), method))
                        .map(Route::isForOwnPagesOnly)
                        .orElse(false);
    }

    /** The path of a resource's method as the table of routes has it. */
    static String template(AnnotatedElement resource, AnnotatedElement method) {
        String path = path(resource) + path(method);
        return PARAMETER.matcher(path).replaceAll(":$1");
    }

    private static String path(AnnotatedElement element) {
        @Nullable Path path = element.getAnnotation(Path.class);
        return path == null ? "" : path.value();
    }
}
