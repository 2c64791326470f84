package org.pyexec.api;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.InputGoneException;

/** The content of a hosted or generated file as a program's input. It is never in this server's heap. */
public record HostedContent(FileStore files, HostedFile file) implements InputFile.Content {

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public void check() throws InputGoneException {
        if (!(files.find(file.token()) instanceof Lookup.Found)) {
            throw new InputGoneException(goneMessage());
        }
    }

    private String goneMessage() {
        return "The token %s has expired.".formatted(file.token());
    }

    @Override
    public void writeTo(WritableByteChannel target) throws IOException, InputGoneException {
        try (FileChannel channel = files.read(file)) {
            long position = 0;
            while (position < file.size()) {
                long count = channel.transferTo(position, file.size() - position, target);
                if (count <= 0) {
                    throw new IOException("The stored file is shorter than it was when it was stored");
                }
                position += count;
            }
        } catch (NoSuchFileException e) {
            throw new InputGoneException(goneMessage(), e);
        }
    }
}
