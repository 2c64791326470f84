package org.pyexec.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the {@code Accept} header as far as this server needs it (RFC 9110, section 12.5.1). */
public final class Accepts {

    private Accepts() {}

    /** Whether a client names {@code text/html} and likes it better than JSON, as browsers do. */
    public static boolean preferHtml(@Nullable String accept) {
        return prefers(accept, "text/html", "application/xhtml+xml");
    }

    /** Whether a client names {@code text/event-stream} and likes it better than JSON, as an EventSource does. */
    public static boolean preferEvents(@Nullable String accept) {
        return prefers(accept, "text/event-stream");
    }

    private static boolean prefers(@Nullable String accept, String... types) {
        if (accept == null) {
            return false;
        }
        double wanted = 0;
        double json = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            double quality = quality(parts);
            String type = parts[0].strip();
            if (List.of(types).contains(type)) {
                wanted = Math.max(wanted, quality);
            } else if (type.equals("application/json") || type.equals("application/*")) {
                json = Math.max(json, quality);
            }
        }
        return wanted > json;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException malformed) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
