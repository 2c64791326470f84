package org.pyexec.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.body.Bodies;
import org.pyexec.body.ContentCodings;

/** Finds faults in the head of a request that make its body ambiguous or unreadable. */
final class RequestHeads {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110, section 5.6.2
    private static final String QUOTED =
            "\"(?:[^\"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[^\\x00-\\x08\\x0a-\\x1f\\x7f])*+\"";

    /** RFC 9110, sections 8.3.1 and 5.6.6. */
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("%1$s/%1$s(?:[ \t]*+;[ \t]*+(?:%1$s=(?:%1$s|%2$s))?)*+[ \t]*+"
                    .replace("%1$s", TOKEN)
                    .replace("%2$s", QUOTED));

    /** In characters: the longest name (RFC 6838, section 4.2), and some parameters. */
    private static final int LONGEST_TYPE = 512;

    private RequestHeads() {}

    /** Why the end of the body, and so the start of the next request, is unknown. */
    static Optional<Refused> framingFaultOf(HttpServletRequest request) {
        List<String> codings = Collections.list(request.getHeaders("Transfer-Encoding"));
        if (!codings.isEmpty() && request.getHeader("Content-Length") != null) {
            return Optional.of(Refusals.TWO_FRAMINGS.with()); // RFC 9112, section 6.1
        }
        return codings.isEmpty() || isChunked(codings)
                ? Optional.empty()
                : Optional.of(Refusals.UNKNOWN_TRANSFER_CODING.with());
    }

    /** Why the type of the body is unknown. */
    static Optional<Refused> typeFaultOf(HttpServletRequest request) {
        List<String> types = Collections.list(request.getHeaders("Content-Type"));
        return types.size() <= 1 && isMediaType(request.getHeader("Content-Type"))
                ? Optional.empty()
                : Optional.of(Refusals.MALFORMED_CONTENT_TYPE.with());
    }

    /** Why the body, if there is one, cannot be decoded. */
    static Optional<Refused> codingFaultOf(HttpServletRequest request) {
        return !Bodies.hasBody(request) || ContentCodings.isUnderstood(request)
                ? Optional.empty()
                : Optional.of(Refusals.UNKNOWN_CONTENT_CODING.with());
    }

    private static boolean isChunked(List<String> codings) {
        return codings.size() == 1
                && codings.get(0).strip().toLowerCase(Locale.ROOT).equals("chunked");
    }

    private static boolean isMediaType(@Nullable String type) {
        return type == null
                || type.isBlank()
                || (type.length() <= LONGEST_TYPE
                        && MEDIA_TYPE.matcher(type.strip()).matches());
    }
}
