package org.pyexec.body;

import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.glassfish.jersey.media.multipart.FormDataBodyPart;
import org.jspecify.annotations.Nullable;
import org.jvnet.mimepull.Header;
import org.jvnet.mimepull.MIMEPart;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.PendingFile;

/** The field {@code file} of a form on its way into the store; the form's other fields are skipped. Used by one thread at a time. */
final class FileField implements FormParts.Receiver, AutoCloseable {

    private static final String NAME = "file";

    private final FileStore files;
    private final String client;
    private final long maxFileBytes;
    private @Nullable PendingFile pending;
    private @Nullable MIMEPart encoded;
    private @Nullable IOException failure;
    private int count;
    private boolean inFile;
    private boolean badHead;

    /**
     * @param client whose share of the store the file takes
     */
    FileField(FileStore files, String client, long maxFileBytes) {
        this.files = files;
        this.client = client;
        this.maxFileBytes = maxFileBytes;
    }

    @Override
    public void head(List<? extends Header> headers) {
        FormDataBodyPart head = new FormDataBodyPart();
        inFile = false;
        try {
            headers.forEach(header -> head.getHeaders().add(header.getName(), header.getValue()));
            String type = head.getHeaders().getFirst("Content-Type");
            if (type != null) {
                head.setMediaType(MediaType.valueOf(type));
            }
            inFile = NAME.equals(head.getName());
        } catch (IllegalArgumentException e) {
            badHead = true;
        }
        if (inFile) {
            begin(FileLabel.ofUpload(MultipartFilename.filename(head)));
        }
    }

    private void begin(String label) {
        count++;
        if (count > 1) {
            close();
            return;
        }
        try {
            pending = files.begin(client, label, maxFileBytes);
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public void content(byte[] bytes, int length) {
        PendingFile file = pending;
        if (!inFile || file == null) {
            return;
        }
        try {
            file.write(bytes, 0, length);
        } catch (IOException e) {
            failure = e;
            close();
        }
    }

    @Override
    public void encoded(MIMEPart part) {
        if (inFile) {
            encoded = part;
        }
    }

    /** What has become of it, now that the whole form has been read. */
    UploadOutcome finish() throws IOException {
        if (badHead) {
            return new UploadOutcome.Malformed();
        }
        if (count != 1) {
            return count == 0 ? new UploadOutcome.NoFile() : new UploadOutcome.TooManyFiles(count);
        }
        PendingFile file = pending;
        if (failure != null) {
            throw failure;
        }
        if (file == null) {
            throw new IllegalStateException("a file that has neither begun nor failed");
        }
        MIMEPart part = encoded;
        if (part != null && !decode(part, file)) {
            return new UploadOutcome.Malformed();
        }
        return new UploadOutcome.Kept(file.keep());
    }

    /** Whether its encoding is known. */
    private static boolean decode(MIMEPart part, PendingFile into) throws IOException {
        try (InputStream content = part.read()) {
            if (content == null) {
                return false;
            }
            byte[] buffer = new byte[FileStore.CHUNK_BYTES];
            for (int length = content.read(buffer); length >= 0; length = content.read(buffer)) {
                into.write(buffer, 0, length);
            }
            return true;
        }
    }

    /** Gives back what it has in the store, unless it has been kept. Idempotent. */
    @Override
    public void close() {
        PendingFile file = pending;
        pending = null;
        if (file != null) {
            file.close();
        }
    }
}
