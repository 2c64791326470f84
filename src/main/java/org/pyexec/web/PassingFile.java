package org.pyexec.web;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.sandbox.FileReceiver;

/**
 * A file of a session on its way to a client: it is in the store, under a secret token, until the client has it. Used by one
 * thread at a time.
 */
final class PassingFile implements FileReceiver {

    private static final Logger LOG = System.getLogger(PassingFile.class.getName());

    private final FileStore files;
    private final String client;
    private @Nullable HostedFile stored;
    private @Nullable IOException failure;

    PassingFile(FileStore files, String client) {
        this.files = files;
        this.client = client;
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        try {
            stored = files.add(client, FileLabel.ofGenerated(filename), content, size);
        } catch (StoreFullException | StoreUnreachableException e) {
            failure = e;
        }
    }

    /** With the file, if there was one and it was kept. */
    Optional<Response> answer(
            FileResponses hosted, @Nullable String range, @Nullable String ifRange, String requestId) {
        return Optional.ofNullable(stored).map(file -> lazily(hosted.of(file, range, ifRange, Optional.of(requestId))));
    }

    /** Why it could not be kept, if that was so. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Opens the file when it is written, so that it uses no descriptor while it waits for its reader. */
    private static Response lazily(Response answer) {
        if (!(answer.getEntity() instanceof FileContent content)) {
            return answer;
        }
        StreamingOutput body = out -> {
            try (content) {
                content.open();
                content.write(out);
            }
        };
        return Response.fromResponse(answer).entity(body).build();
    }

    /** Removes the file; called when the client has it or has gone. */
    void forget() {
        HostedFile file = stored;
        if (file != null) {
            forget(files, file);
        }
    }

    /** Removes one from the store. */
    static void forget(FileStore files, HostedFile file) {
        try {
            files.delete(file.token());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "event=file_not_removed", e); // it expires
        }
    }
}
