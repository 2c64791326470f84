package org.pyexec.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.pyexec.body.ReceivedBody;

/** What a client has done to the body of a request for its way here (RFC 9110, section 8.4): nothing, or gzip once. */
final class ContentCodings {

    /** As {@code Accept-Encoding} of an answer names them (RFC 9110, section 12.5.3). */
    static final String UNDERSTOOD = "gzip, identity";

    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    /**
     * What clients name here that changes nothing: no coding, an encoding of text, a Content-Transfer-Encoding of bytes as they are
     * (RFC 2045, section 6.2), the framing that gateways of object stores take off.
     */
    private static final Pattern NO_CODING = Pattern.compile(
            "|identity|none|null|utf-?(?:8|16|32)(?:-?[lb]e)?|(?:us-)?ascii|unicode|iso-?8859-?[0-9]{1,2}|latin-?[0-9]{1,2}"
                    + "|windows-?[0-9]{3,4}|cp-?[0-9]{3,5}|7bit|8bit|binary|aws-chunked");

    private static final int BUFFER_BYTES = 16 << 10;

    private ContentCodings() {}

    /** The body becomes longer than it may. */
    static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** It is not what the client says. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(IOException cause) {
            super(cause);
        }
    }

    static boolean isUnderstood(HttpServletRequest request) {
        List<String> codings = of(request);
        return codings.isEmpty() || (codings.size() == 1 && GZIP.contains(codings.get(0)));
    }

    static boolean isCompressed(HttpServletRequest request) {
        return !of(request).isEmpty();
    }

    private static List<String> of(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Content-Encoding")).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !NO_CODING.matcher(coding).matches())
                .toList();
    }

    /**
     * Decompresses a body into another. However little a bomb sends, no more than the limit and a buffer is made of it.
     *
     * @param mostBytes of what comes out
     * @throws IOException if that cannot be kept
     */
    static void decode(InputStream compressed, ReceivedBody into, long mostBytes)
            throws IOException, TooLongException, MalformedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (GzipMembers content = new GzipMembers(compressed)) {
            for (int count = read(content, buffer); count >= 0; count = read(content, buffer)) {
                if (into.length() + count > mostBytes) {
                    throw new TooLongException();
                }
                into.write(buffer, count);
            }
        }
    }

    private static int read(GzipMembers content, byte[] buffer) throws IOException, MalformedException {
        try {
            return content.read(buffer);
        } catch (ZipException | EOFException e) {
            throw new MalformedException(e);
        }
    }
}
