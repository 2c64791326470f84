package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the {@code Prefer} header as far as this server needs it (RFC 7240). */
public final class Prefers {

    /** The preference not to wait for the answer. */
    public static final String RESPOND_ASYNC = "respond-async";

    private static final String STATUS = "status";

    private Prefers() {}

    /** Whether a client does not want to wait for the answer. */
    public static boolean respondAsync(HttpServletRequest request) {
        return preferences(request).anyMatch(RESPOND_ASYNC::equals);
    }

    /**
     * The status that a client wants for the answer about a program that failed: {@code status=200}.
     *
     * @param possible what is given; any other value is ignored, as RFC 7240, section 2, has it
     */
    public static OptionalInt status(HttpServletRequest request, Set<Integer> possible) {
        return preferences(request)
                .map(preference -> preference.split("=", 2))
                .filter(parts -> parts.length == 2 && parts[0].strip().equals(STATUS))
                .limit(1) // what comes first holds
                .map(parts -> parts[1].strip().replaceAll("^\"(.*)\"$", "$1"))
                .filter(value -> value.matches("[0-9]{3}"))
                .mapToInt(Integer::parseInt)
                .filter(possible::contains)
                .findFirst();
    }

    /** How an answer says that it was heeded. */
    public static String statusApplied(int status) {
        return STATUS + "=" + status;
    }

    /** Each without its parameters, in lower case. */
    private static Stream<String> preferences(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Prefer")).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(preference -> preference.split(";", -1)[0].strip().toLowerCase(Locale.ROOT));
    }
}
