package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Was there when it was asked for. */
record GoneContent() implements InputFile.Content {

    @Override
    public long size() {
        return 5;
    }

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws InputGoneException {
        throw new InputGoneException("It has expired.", new IOException("gone"));
    }
}
