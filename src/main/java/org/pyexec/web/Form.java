package org.pyexec.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.jvnet.mimepull.DecodingException;
import org.jvnet.mimepull.MIMEConfig;
import org.jvnet.mimepull.MIMEMessage;
import org.jvnet.mimepull.MIMEParsingException;
import org.jvnet.mimepull.MIMEPart;

/**
 * A form that has been received (RFC 7578): its parts are in memory while they are small, else in files that are deleted when it is
 * closed. Of what stands in a part's head only the names are read. Used by one thread.
 */
final class Form implements AutoCloseable {

    private static final int IN_MEMORY_BYTES = 4 << 10; // of each part

    /** RFC 2045, section 6.1. The library writes each that it does not know to the log. */
    private static final Set<String> ENCODINGS = Set.of("7bit", "8bit", "binary", "quoted-printable", "base64");

    private final MIMEMessage message;
    private final List<Part> parts;

    private Form(MIMEMessage message, List<Part> parts) {
        this.message = message;
        this.parts = parts;
    }

    /** It is no form. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * One field.
     *
     * @param filename as the client wrote it; null if it gave none
     */
    record Part(String name, @Nullable String filename, MIMEPart content) {

        /** The content from its start; whoever reads it may meet a {@link DecodingException}. */
        InputStream open() throws MalformedException {
            String encoding = content.getContentTransferEncoding();
            if (encoding != null && !ENCODINGS.contains(encoding.toLowerCase(Locale.ROOT))) {
                throw new MalformedException("a part has a Content-Transfer-Encoding that nobody knows", null);
            }
            return content.read();
        }
    }

    /**
     * Reads a form to its end.
     *
     * @param folder for parts that are not small
     * @throws IOException if the body cannot be read, or a part cannot be kept
     */
    static Form read(InputStream body, String boundary, Path folder) throws IOException, MalformedException {
        MIMEConfig config = new MIMEConfig();
        config.setMemoryThreshold(IN_MEMORY_BYTES);
        config.setDir(folder.toString());
        MIMEMessage message = new MIMEMessage(body, boundary, config);
        boolean read = false;
        try {
            Form form = new Form(message, parts(message));
            read = true;
            return form;
        } catch (MIMEParsingException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new MalformedException("no form", e);
        } finally {
            if (!read) {
                message.close();
            }
        }
    }

    /** All of this name, in the order in which they came. */
    List<Part> parts(String name) {
        return parts.stream().filter(part -> part.name().equals(name)).toList();
    }

    @Override
    public void close() {
        message.close();
    }

    private static List<Part> parts(MIMEMessage message) throws MalformedException {
        List<Part> parts = new ArrayList<>();
        for (MIMEPart part : message.getAttachments()) {
            List<String> headers = part.getHeader(PartNames.HEADER);
            String header = headers == null || headers.isEmpty() ? "" : headers.get(0);
            String name = PartNames.field(header);
            if (name == null) {
                throw new MalformedException("a part without a name", null);
            }
            parts.add(new Part(name, PartNames.filename(header), part));
        }
        return List.copyOf(parts);
    }
}
