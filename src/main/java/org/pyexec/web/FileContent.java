package org.pyexec.web;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.http.ByteRange;

/** A part of a stored file as the body of an answer. It uses a descriptor from {@link #open} on. Used by one thread at a time. */
final class FileContent implements StreamingOutput, AutoCloseable {

    private static final Logger LOG = System.getLogger(FileContent.class.getName());
    private static final int BUFFER_BYTES = 64 << 10;

    private final FileStore files;
    private final HostedFile file;
    private final ByteRange range;
    private @Nullable ReadableByteChannel channel;

    FileContent(FileStore files, HostedFile file, ByteRange range) {
        this.files = files;
        this.file = file;
        this.range = range;
    }

    /**
     * Opens the file; called before it is written.
     *
     * @throws java.nio.file.NoSuchFileException if the file has expired
     * @throws org.pyexec.files.StoreUnreachableException if the store cannot be reached
     */
    void open() throws IOException {
        channel = files.read(file, range.first());
    }

    long length() {
        return range.length();
    }

    @Override
    public void write(OutputStream out) throws IOException {
        ReadableByteChannel opened = channel;
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        copy(opened, out);
        out.flush(); // so that it waits for a slow reader here, where LeastSpeed measures
    }

    /** Idempotent. */
    @Override
    public void close() {
        ReadableByteChannel opened = channel;
        channel = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "A file that was read could not be closed", e);
            }
        }
    }

    private void copy(ReadableByteChannel from, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long left = range.length();
        while (left > 0) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), left));
            int count = from.read(buffer);
            if (count < 0) {
                LOG.log(Level.ERROR, "event=stored_file_too_short missing_bytes={0}", left);
                throw new IOException("The stored file is shorter than it was when it was stored");
            }
            out.write(buffer.array(), 0, count);
            left -= count;
        }
    }
}
