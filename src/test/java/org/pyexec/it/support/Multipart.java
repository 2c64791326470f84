package org.pyexec.it.support;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A body of {@code multipart/form-data}. */
public final class Multipart {

    private static final String BOUNDARY = "------------------------4ebf00fbcf09a1d2";

    private final byte[] body;

    private Multipart(byte[] body) {
        this.body = body;
    }

    /** One part: its header lines without the empty one, and its content. */
    public static final class Part {
        private final String headers;
        private final byte[] content;

        public Part(String headers, byte[] content) {
            this.headers = headers;
            this.content = content.clone();
        }
    }

    /** A file in the field that the server reads, with the header that curl writes. */
    public static Part file(String filename, byte[] content) {
        return new Part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"" + filename + "\"\r\n"
                        + "Content-Type: application/octet-stream",
                content);
    }

    public static Part field(String name, String value) {
        return new Part(
                "Content-Disposition: form-data; name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
    }

    public static Multipart of(Part... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Part part : parts) {
            out.writeBytes(utf8("--" + BOUNDARY + "\r\n" + part.headers + "\r\n\r\n"));
            out.writeBytes(part.content);
            out.writeBytes(utf8("\r\n"));
        }
        out.writeBytes(utf8("--" + BOUNDARY + "--\r\n"));
        return new Multipart(out.toByteArray());
    }

    /** The same bytes without the last {@code count}. */
    public Multipart shortenedBy(int count) {
        return new Multipart(java.util.Arrays.copyOf(body, body.length - count));
    }

    public String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    public byte[] body() {
        return body.clone();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
