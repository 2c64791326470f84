package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Zero bytes, as many as it says. */
record ClaimedContent(long size) implements InputFile.Content {

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) size);
        while (zeros.hasRemaining()) {
            channel.write(zeros);
        }
    }
}
