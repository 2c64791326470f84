package org.pyexec.filter;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A received body: in memory while it is small, then in a file that has no name any more, so that it vanishes with
 * the server at the latest. Used by one thread at a time.
 */
final class SpooledBody implements AutoCloseable {

    private static final int IN_MEMORY_BYTES = 256 << 10;

    private final Path folder;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream(512);
    private @Nullable FileChannel file;
    private long length;

    SpooledBody(Path folder) {
        this.folder = folder;
    }

    void write(byte[] bytes, int count) throws IOException {
        length += count;
        if (file == null && length <= IN_MEMORY_BYTES) {
            memory.write(bytes, 0, count);
            return;
        }
        writeFully(spill(), ByteBuffer.wrap(bytes, 0, count));
    }

    long length() {
        return length;
    }

    /** The content from its start. One stream at a time. */
    InputStream open() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            return new ByteArrayInputStream(memory.toByteArray());
        }
        channel.position(0);
        return Channels.newInputStream(channel);
    }

    @Override
    public void close() throws IOException {
        memory.reset();
        if (file != null) {
            file.close();
        }
    }

    private FileChannel spill() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            Path name = Files.createTempFile(folder, "body-", null);
            channel = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
            file = channel; // from here on it is closed with this body, whatever happens
            Files.delete(name);
            writeFully(channel, ByteBuffer.wrap(memory.toByteArray()));
            memory.reset();
        }
        return channel;
    }

    /** On a disk that is nearly full, one write may take a part only. */
    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
