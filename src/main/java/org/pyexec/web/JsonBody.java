package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.NotSupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens the body of a request as JSON, also if a client has sent it with its default Content-Type. */
final class JsonBody {

    private static final String JSON = "application/json";

    /** The defaults of {@code curl -d}, of {@code fetch} with a string, and of clients that send no type. */
    private static final Set<String> OF_ANYTHING = Set.of("", "text/plain", "application/x-www-form-urlencoded");

    private static final String BLANKS = " \t\r\n"; // RFC 8259, section 2
    private static final int FIRST_OF_BYTE_ORDER_MARK = 0xef;

    private JsonBody() {}

    /**
     * The body, without blanks before it. Where the type is a default, the first character decides.
     *
     * @throws NotSupportedException if it has another type, or a default type and does not begin like a JSON object
     */
    static InputStream open(HttpServletRequest request) throws IOException {
        InputStream body = request.getInputStream(); // as a parameter, Jersey would keep each Content-Type that it sees
        String type = withoutParameters(request.getContentType());
        if (type.equals(JSON)) {
            return body;
        }
        if (!OF_ANYTHING.contains(type)) {
            throw new NotSupportedException();
        }
        return ifObject(body);
    }

    private static String withoutParameters(@Nullable String type) {
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static InputStream ifObject(InputStream body) throws IOException {
        PushbackInputStream pushback = new PushbackInputStream(body, 1);
        int first = pushback.read();
        while (first >= 0 && BLANKS.indexOf(first) >= 0) {
            first = pushback.read();
        }
        if (first >= 0) {
            if (first != '{' && first != FIRST_OF_BYTE_ORDER_MARK) {
                throw new NotSupportedException();
            }
            pushback.unread(first);
        }
        return pushback;
    }
}
