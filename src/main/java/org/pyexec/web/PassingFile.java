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
 * A file of a session on its way to a client: it lies in the store, under a token that nobody is told, until the client has it. Used by
 * one thread at a time.
 */
final class PassingFile implements FileReceiver {

    private static final Logger LOG = System.getLogger(PassingFile.class.getName());

    private final FileStore files;
    private final String client;
    private @Nullable HostedFile stored;
    private @Nullable StoreFullException full;
    private boolean unreachable;

    PassingFile(FileStore files, String client) {
        this.files = files;
        this.client = client;
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        try {
            stored = files.add(client, FileLabel.ofGenerated(filename), content, size);
        } catch (StoreFullException e) {
            full = e;
        } catch (StoreUnreachableException e) {
            unreachable = true;
        }
    }

    /** With the file, if there was one and it was kept. */
    Optional<Response> answer(
            HostedAnswers hosted, @Nullable String range, @Nullable String ifRange, String requestId) {
        return Optional.ofNullable(stored).map(file -> lazily(hosted.of(file, range, ifRange, Optional.of(requestId))));
    }

    /** If it could not be kept. */
    Optional<Response> refusal(SessionFileAnswers answers, String requestId) {
        if (unreachable) {
            return Optional.of(answers.storeUnreachable(requestId));
        }
        return Optional.ofNullable(full).map(e -> answers.storageFull(e.ofThisClient(), requestId));
    }

    /** It takes a descriptor when it is written, and not while it waits for its reader. */
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

    /** When the client has it or has gone. */
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
