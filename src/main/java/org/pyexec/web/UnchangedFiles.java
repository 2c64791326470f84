package org.pyexec.web;

import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.pyexec.files.FileStore;
import org.pyexec.files.Lookup;
import org.pyexec.http.Preconditions;

/**
 * Answers with 304 for a file that the client has already (RFC 9110, section 13.1.2), before the request becomes asynchronous:
 * GlassFish 7 makes a 200 of the status of an asynchronous answer that has no body. Safe for use by many threads.
 */
@UnchangedFiles.Checked
public final class UnchangedFiles implements ContainerRequestFilter {

    private final FileStore files;

    public UnchangedFiles(FileStore files) {
        this.files = files;
    }

    /** A resource whose path has the {@code token} of a file. */
    @NameBinding
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Checked {}

    @Override
    public void filter(ContainerRequestContext request) {
        String token = request.getUriInfo().getPathParameters().getFirst("token");
        if (files.find(token) instanceof Lookup.Found found) {
            EntityTag tag = new EntityTag(found.file().sha256());
            ResponseBuilder unchanged = Preconditions.unmet(request.getRequest(), tag);
            if (unchanged != null) {
                request.abortWith(FileResponses.described(unchanged, tag).build());
            }
        }
    }
}
