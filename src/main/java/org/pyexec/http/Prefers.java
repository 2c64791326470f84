package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Locale;

/** Reads the {@code Prefer} header as far as this server needs it (RFC 7240). */
public final class Prefers {

    /** The preference not to wait for the answer. */
    public static final String RESPOND_ASYNC = "respond-async";

    private Prefers() {}

    /** Whether a client does not want to wait for the answer. */
    public static boolean respondAsync(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Prefer")).stream()
                .flatMap(value -> java.util.Arrays.stream(value.split(",", -1)))
                .map(preference -> preference.split(";", -1)[0].strip().toLowerCase(Locale.ROOT))
                .anyMatch(RESPOND_ASYNC::equals);
    }
}
