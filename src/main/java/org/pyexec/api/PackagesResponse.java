package org.pyexec.api;

import java.util.List;
import org.pyexec.sandbox.Packages;

/** The body of an answer to {@code GET /packages}: what programs can import besides the standard library. */
public record PackagesResponse(String python, String environment, List<Packages.Installed> packages) {

    private static final String ENVIRONMENT = "default"; // there is no other yet

    public static PackagesResponse of(Packages known) {
        return new PackagesResponse(known.python(), ENVIRONMENT, known.packages());
    }
}
