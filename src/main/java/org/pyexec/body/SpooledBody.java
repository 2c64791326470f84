package org.pyexec.body;

import java.io.BufferedInputStream;
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
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

/**
 * A received body: in memory while it is small and there is memory to spare, then in a file that has been unlinked, so that it
 * disappears with the process at the latest. Used by one thread at a time.
 */
final class SpooledBody implements ReceivedBody {

    static final int IN_MEMORY_BYTES = 256 << 10;

    /** An array that is full is copied to one of twice the length. */
    private static final int HELD_PER_BYTE = 2;

    /** The buffer for the file: a system call for each byte would cost seconds. */
    private static final int READ_AHEAD_BYTES = 16 << 10;

    private final Path folder;
    private final Memory.Share share;
    private final Memory.Share onDisk;
    private Content memory = new Content();
    private @Nullable FileChannel file;
    private long length;

    /**
     * @param share the memory of this body, which closes it
     * @param onDisk the same for the disk
     */
    SpooledBody(Path folder, Memory.Share share, Memory.Share onDisk) {
        this.folder = folder;
        this.share = share;
        this.onDisk = onDisk;
    }

    /** Can be read without being copied. */
    private static final class Content extends ByteArrayOutputStream {

        Content() {
            super(512);
        }

        InputStream open() {
            return new ByteArrayInputStream(buf, 0, count);
        }
    }

    @Override
    public void write(byte[] bytes, int count) throws IOException {
        length += count;
        if (file == null && length <= IN_MEMORY_BYTES && share.holdSpare((long) HELD_PER_BYTE * count)) {
            memory.write(bytes, 0, count);
            return;
        }
        try {
            onDisk.hold(length);
        } catch (NoRoomException e) {
            throw new IOException("The bodies that are being received take all the room that there is for them", e);
        }
        writeFully(spill(), ByteBuffer.wrap(bytes, 0, count));
    }

    @Override
    public long length() {
        return length;
    }

    /** Cheap to read byte by byte. */
    @Override
    public InputStream open() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            return memory.open();
        }
        channel.position(0);
        return new BufferedInputStream(Channels.newInputStream(channel), READ_AHEAD_BYTES);
    }

    /** Stops counting what it holds, because nobody reads it any more. */
    @Override
    public void giveBack() {
        share.close();
        onDisk.close();
    }

    @Override
    public void close() throws IOException {
        forgetMemory();
        share.close();
        try {
            if (file != null) {
                file.close();
            }
        } finally {
            onDisk.close();
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
            forgetMemory();
            share.count(0);
        }
        return channel;
    }

    private void forgetMemory() {
        memory = new Content();
    }

    /** On a disk that is nearly full, one write may take a part only. */
    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
