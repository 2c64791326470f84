package org.pyexec.body;

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

/** The content codings of a request's body (RFC 9110, section 8.4): none, or gzip once. */
public final class ContentCodings {

    /** The value of {@code Accept-Encoding} in an answer (RFC 9110, section 12.5.3). */
    public static final String UNDERSTOOD = "gzip, identity";

    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    /**
     * Values that clients send although the body is not coded: no coding, a character encoding, a Content-Transfer-Encoding that
     * leaves bytes as they are (RFC 2045, section 6.2), the framing that gateways of object stores remove.
     */
    private static final Pattern NO_CODING = Pattern.compile(
            "|identity|none|null|utf-?(?:8|16|32)(?:-?[lb]e)?|(?:us-)?ascii|unicode|iso-?8859-?[0-9]{1,2}|latin-?[0-9]{1,2}"
                    + "|windows-?[0-9]{3,4}|cp-?[0-9]{3,5}|7bit|8bit|binary|aws-chunked");

    private static final int BUFFER_BYTES = 16 << 10;

    private ContentCodings() {}

    /** The decompressed body is too long. */
    static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The body is not coded as the client says. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(IOException cause) {
            super(cause);
        }
    }

    public static boolean isUnderstood(HttpServletRequest request) {
        List<String> codings = of(request);
        return codings.isEmpty() || (codings.size() == 1 && GZIP.contains(codings.get(0)));
    }

    public static boolean isCompressed(HttpServletRequest request) {
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
     * Decompresses a body into another, up to the limit and a buffer at most, whatever a decompression bomb contains.
     *
     * @param mostBytes limit of the decompressed body
     * @throws IOException if the decompressed body cannot be kept
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
