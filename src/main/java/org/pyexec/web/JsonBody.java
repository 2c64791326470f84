package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.NotSupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of a request that is JSON, or that a tool has sent under the type which it gives to everything. */
final class JsonBody {

    private static final String JSON = "application/json";

    /** Of {@code curl -d}, of {@code fetch} with a string, and of clients that name none. */
    private static final Set<String> OF_ANYTHING = Set.of("", "text/plain", "application/x-www-form-urlencoded");

    private static final String BLANKS = " \t\r\n"; // RFC 8259, section 2
    private static final int FIRST_OF_BYTE_ORDER_MARK = 0xef;

    private JsonBody() {}

    /**
     * The body. Where its type says nothing, it is looked into, and begins with what is not blank.
     *
     * @throws NotSupportedException if it is of another type, or of one that says nothing and begins as no JSON object does
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
