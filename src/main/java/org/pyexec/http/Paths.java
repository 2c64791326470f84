package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/** The path of a request within the application. */
public final class Paths {

    private static final Pattern SLASHES = Pattern.compile("/{2,}");

    private Paths() {}

    /** With each run of slashes as one: a base address that ends with a slash makes {@code //execute} of a path. */
    public static String of(HttpServletRequest request) {
        return singleSlashes(
                request.getRequestURI().substring(request.getContextPath().length()));
    }

    /** A path, encoded, in which no slash follows another. */
    public static String singleSlashes(String path) {
        return path.contains("//") ? SLASHES.matcher(path).replaceAll("/") : path;
    }
}
