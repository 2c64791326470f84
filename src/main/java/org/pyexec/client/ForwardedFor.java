package org.pyexec.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the addresses in {@code X-Forwarded-For} and {@code Forwarded}, from left to right; empty if one cannot be read. */
final class ForwardedFor {

    /** {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code [2001:db8::1]}, {@code [2001:db8::1]:80} or bare IPv6. */
    private static final Pattern NODE = Pattern.compile(
            "\\[(?<bracketed>[^\\]]*:[^\\]]*)](:[0-9]{1,5})?|(?<dotted>[0-9.]+)(:[0-9]{1,5})?|(?<bare>[0-9A-Fa-f:.]+)");

    /** In characters: an IPv6 address with the longest name of a zone, its brackets, a port and quotes. */
    private static final int LONGEST_NODE = 80;

    private ForwardedFor() {}

    static List<Optional<InetAddress>> xForwardedFor(List<String> headers) {
        List<Optional<InetAddress>> addresses = new ArrayList<>();
        for (String header : headers) {
            for (String entry : header.split(",", -1)) {
                addEntry(addresses, entry, node(entry.strip()));
            }
        }
        return addresses;
    }

    static List<Optional<InetAddress>> forwarded(List<String> headers) {
        List<Optional<InetAddress>> addresses = new ArrayList<>();
        for (String header : headers) {
            // An open quote on the left would shift all the rest, so such a header says nothing at all.
            for (String element : split(header, ',').orElse(List.of("unreadable"))) {
                addEntry(addresses, element, forwardedFor(element));
            }
        }
        return addresses;
    }

    /** Empty entries between commas are no entries (RFC 9110, section 5.6.1.2). */
    private static void addEntry(List<Optional<InetAddress>> to, String entry, Optional<InetAddress> address) {
        if (!entry.isBlank()) {
            to.add(address);
        }
    }

    /** The one {@code for=} among an element's pairs (RFC 7239, section 4). */
    private static Optional<InetAddress> forwardedFor(String element) {
        List<String> nodes = split(element, ';').orElse(List.of()).stream()
                .map(String::strip)
                .filter(pair -> pair.regionMatches(true, 0, "for=", 0, 4))
                .map(pair -> pair.substring(4))
                .toList();
        return nodes.size() == 1 ? node(nodes.get(0)) : Optional.empty();
    }

    private static Optional<InetAddress> node(String text) {
        if (text.length() > LONGEST_NODE) {
            return Optional.empty(); // the expression would try it again and again
        }
        Matcher node = NODE.matcher(unquoted(text));
        if (!node.matches()) {
            return Optional.empty();
        }
        for (String form : List.of("bracketed", "dotted", "bare")) {
            String address = node.group(form);
            if (address != null) {
                return IpLiteral.parse(address);
            }
        }
        return Optional.empty();
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** Splits at separators outside of quoted strings; empty if a quote stays open. */
    private static Optional<List<String>> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return quoted ? Optional.empty() : Optional.of(parts);
    }
}
