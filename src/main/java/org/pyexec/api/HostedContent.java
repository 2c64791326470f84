package org.pyexec.api;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.InputGoneException;

/**
 * The content of a hosted or generated file as a program's input. From the disk of this machine it goes to the program past
 * this server's memory.
 */
public record HostedContent(FileStore files, HostedFile file) implements InputFile.Content {

    private static final String UNREACHABLE = "The store of files cannot be reached.";

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
        Lookup lookup = files.find(file.token());
        if (lookup instanceof Lookup.Unreachable) {
            throw new InputGoneException(
                    UNREACHABLE, new StoreUnreachableException("The store cannot be asked for a token"));
        }
        if (!(lookup instanceof Lookup.Found)) {
            throw new InputGoneException(goneMessage());
        }
    }

    private String goneMessage() {
        return "The token %s has expired.".formatted(file.token());
    }

    @Override
    public void writeTo(WritableByteChannel target) throws IOException, InputGoneException {
        try {
            files.copy(file, target);
        } catch (NoSuchFileException e) {
            throw new InputGoneException(goneMessage(), e);
        } catch (StoreUnreachableException e) {
            throw new InputGoneException(UNREACHABLE, e);
        }
    }
}
