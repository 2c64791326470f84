package org.pyexec.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An answer of the API: status, headers and content, whatever protocol carries it. Immutable. */
public final class Answer {

    private final int status;
    private final Map<String, String> headers;
    private final List<byte[]> parts;

    private Answer(int status, Map<String, String> headers, List<byte[]> parts) {
        this.status = status;
        this.headers = headers;
        this.parts = parts;
    }

    /**
     * An answer with JSON, which caches must not keep.
     *
     * @param parts the document, in one or several pieces that nobody changes any more
     */
    public static Answer json(int status, byte[]... parts) {
        long length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        return empty(status)
                .with("Content-Type", "application/json;charset=UTF-8")
                .with("Content-Length", Long.toString(length))
                .with("Cache-Control", "no-store")
                .withContent(List.of(parts));
    }

    /** An answer without content. */
    public static Answer empty(int status) {
        return new Answer(status, Map.of(), List.of());
    }

    /** The same answer with one more header, or with another value of it. */
    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, Collections.unmodifiableMap(more), parts);
    }

    private Answer withContent(List<byte[]> content) {
        return new Answer(status, headers, content);
    }

    public int status() {
        return status;
    }

    /** In the order in which they were added. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Length of the content in bytes. */
    public long length() {
        return parts.stream().mapToLong(part -> part.length).sum();
    }

    /** The pieces of the content, not copied. */
    public List<byte[]> parts() {
        return parts;
    }

    /** The content of an answer that consists of one piece; not copied. */
    public byte[] bytes() {
        if (parts.size() != 1) {
            throw new IllegalStateException("The answer has %d pieces".formatted(parts.size()));
        }
        return parts.get(0);
    }

    /** Writes the content. */
    public void writeTo(OutputStream out) throws IOException {
        for (byte[] part : parts) {
            out.write(part);
        }
    }
}
