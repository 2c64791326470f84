package org.pyexec.body;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.glassfish.jersey.media.multipart.BodyPart;
import org.jspecify.annotations.Nullable;
import org.pyexec.http.ExtendedValue;

/**
 * The name that a client gives a file in a form (RFC 7578, section 4.2). Read here and not by the library, which takes
 * every backslash for an escape: clients write Windows paths as they are.
 */
final class MultipartFilename {

    private MultipartFilename() {}

    /** The file's name as the client wrote it; null if it gave none. */
    static @Nullable String filename(BodyPart part) {
        String header = part.getHeaders().getFirst("Content-Disposition");
        if (header == null) {
            return null;
        }
        String extended = parameter(header, "filename*");
        String decoded = extended == null ? null : ExtendedValue.decode(extended);
        String name = decoded != null ? decoded : parameter(header, "filename");
        return name == null || decoded != null ? name : utf8(name);
    }

    /** The value of one parameter of a header, without quotes and escapes. */
    static @Nullable String parameter(String header, String wanted) {
        int at = header.indexOf(';');
        while (at >= 0 && at < header.length()) {
            int equals = header.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String name = header.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT);
            int start = skipBlanks(header, equals + 1);
            boolean quoted = start < header.length() && header.charAt(start) == '"';
            int end = quoted ? closingQuote(header, start + 1) : endOfToken(header, start);
            if (name.equals(wanted)) {
                return quoted
                        ? unescaped(header.substring(start + 1, end))
                        : header.substring(start, end).strip();
            }
            at = header.indexOf(';', end);
        }
        return null;
    }

    private static int skipBlanks(String header, int from) {
        int at = from;
        while (at < header.length() && Character.isWhitespace(header.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int endOfToken(String header, int from) {
        int semicolon = header.indexOf(';', from);
        return semicolon < 0 ? header.length() : semicolon;
    }

    private static int closingQuote(String header, int from) {
        for (int at = from; at < header.length(); at++) {
            if (isEscape(header, at)) {
                at++;
            } else if (header.charAt(at) == '"') {
                return at;
            }
        }
        return header.length();
    }

    private static String unescaped(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < quoted.length(); at++) {
            if (isEscape(quoted, at)) {
                at++;
            }
            text.append(quoted.charAt(at));
        }
        return text.toString();
    }

    /** A backslash escapes a quote or itself; before anything else it is part of a path. */
    private static boolean isEscape(String text, int at) {
        return text.charAt(at) == '\\'
                && at + 1 < text.length()
                && (text.charAt(at + 1) == '"' || text.charAt(at + 1) == '\\');
    }

    /** Part headers are read as ISO 8859-1, but clients write UTF-8 (RFC 7578, section 5.1.2). */
    private static String utf8(String name) {
        boolean bytes = name.chars().allMatch(character -> character <= 0xff);
        if (!bytes) {
            return name;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(StandardCharsets.ISO_8859_1.encode(name))
                    .toString();
        } catch (CharacterCodingException latin1) {
            return name;
        }
    }
}
