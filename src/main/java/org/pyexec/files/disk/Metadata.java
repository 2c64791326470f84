package org.pyexec.files.disk;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Properties;
import org.pyexec.files.HostedFile;

/** What stands on disk beside a file's content: a Java properties file, readable by people, any name escaped. */
final class Metadata {

    private Metadata() {}

    static byte[] encode(HostedFile file) {
        Properties properties = new Properties();
        properties.setProperty("token", file.token());
        properties.setProperty("filename", file.filename());
        properties.setProperty("size", Long.toString(file.size()));
        properties.setProperty("expires", file.expires().toString());
        properties.setProperty("mimeType", file.mimeType());
        properties.setProperty("sha256", file.sha256());
        properties.setProperty("client", file.client());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            properties.store(out, null);
        } catch (IOException e) {
            throw new IllegalStateException("memory can't fail to be written", e);
        }
        return out.toByteArray();
    }

    /** @throws IOException if this is not what {@link #encode} wrote */
    static HostedFile decode(byte[] bytes) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(bytes));
            return new HostedFile(
                    text(properties, "token"),
                    text(properties, "filename"),
                    Long.parseLong(text(properties, "size")),
                    Instant.parse(text(properties, "expires")),
                    text(properties, "mimeType"),
                    text(properties, "sha256"),
                    // A former version did not write it.
                    properties.getProperty("client", ""));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("damaged metadata: " + e.getMessage(), e);
        }
    }

    private static String text(Properties properties, String key) throws IOException {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IOException("damaged metadata: no " + key);
        }
        return value;
    }
}
