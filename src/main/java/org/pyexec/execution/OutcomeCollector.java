package org.pyexec.execution;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pyexec.files.FileLabel;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.sandbox.RunListener;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SkippedFile;

/**
 * Collects the output and files of one program. Files go to the store as they arrive; if no outcome is made, {@link
 * #close} removes them again. Used by one thread.
 */
final class OutcomeCollector implements RunListener, AutoCloseable {

    private static final int MAX_SKIPPED = 100;

    private final FileStore store;
    private final String client;
    private final long maxFileBytes;
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final List<HostedFile> files = new ArrayList<>();
    private final List<SkippedFile> skipped = new ArrayList<>();
    private boolean handedOut;

    OutcomeCollector(FileStore store, String client, long maxFileBytes) {
        this.store = store;
        this.client = client;
        this.maxFileBytes = maxFileBytes;
    }

    @Override
    public void stdout(byte[] bytes) {
        stdout.writeBytes(bytes);
    }

    @Override
    public void stderr(byte[] bytes) {
        stderr.writeBytes(bytes);
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        String label = FileLabel.ofGenerated(filename);
        try {
            files.add(store.add(client, label, content, maxFileBytes));
        } catch (StoreFullException e) {
            skipped.add(new SkippedFile(label, "storage full"));
        } catch (StoreUnreachableException e) {
            skipped.add(new SkippedFile(label, "storage unreachable"));
        } catch (FileTooLargeException e) {
            skipped.add(new SkippedFile(label, "larger than %d bytes".formatted(maxFileBytes)));
        }
    }

    /** The outcome; from here on the files belong to whoever has it. */
    Outcome outcome(RunReport report, Duration waited, Instant finished, SandboxStatus sandbox) {
        handedOut = true;
        int skippedCount = report.skippedFileCount() + skipped.size();
        skipped.addAll(report.skippedFiles());
        return new Outcome(
                report,
                stdout.toString(StandardCharsets.UTF_8),
                stderr.toString(StandardCharsets.UTF_8),
                files.stream()
                        .sorted(Comparator.comparing(HostedFile::filename))
                        .toList(),
                skipped.stream()
                        .sorted(Comparator.comparing(SkippedFile::filename))
                        .limit(MAX_SKIPPED)
                        .toList(),
                skippedCount,
                finished,
                sandbox.pythonVersion().orElse("unknown"),
                sandbox.tier().orElse("unknown"),
                waited);
    }

    /** The outcome that has been made goes to nobody. */
    void takeBack() {
        handedOut = false;
    }

    @Override
    public void close() throws IOException {
        if (!handedOut) {
            for (HostedFile file : files) {
                store.delete(file.token());
            }
        }
    }
}
