package org.pyexec.body;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.files.StoreFullException;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

/**
 * A form with a file, read while it is received: the file goes straight into the store, and is known there when the form has come to
 * its end and is found to be good. Safe for use by many threads: one receives it, another asks what has become of it.
 */
public final class FormUpload implements ReceivedBody {

    private static final String ATTRIBUTE = FormUpload.class.getName();

    /** mimepull's buffer and the piece that it hands out, heads, and tables for finding the boundary. */
    private static final long HELD_BYTES = 64 << 10;

    private final FileField field;
    private final Memory.Share share;
    private final String boundary;
    private final Path folder;

    // mutable state, guarded by this
    private @Nullable FormParts parts;
    private @Nullable NoRoomException noRoom;
    private long length;
    private boolean closed;

    /**
     * @param field where the file goes; closed with this
     * @param share of memory, of this form alone, closed with this
     * @param folder for parts that cannot go into the store while they are received
     */
    FormUpload(FileField field, Memory.Share share, String boundary, Path folder) {
        this.field = field;
        this.share = share;
        this.boundary = boundary;
        this.folder = folder;
    }

    /** What a request's body has become, if that was a form. */
    public static Optional<FormUpload> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof FormUpload upload ? Optional.of(upload) : Optional.empty();
    }

    void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    @Override
    public synchronized void write(byte[] bytes, int count) {
        length += count;
        if (closed || noRoom != null) {
            return;
        }
        try {
            opened().read(bytes, count);
        } catch (NoRoomException e) {
            noRoom = e; // told when all has come
        }
    }

    /**
     * Ends the form and keeps its file; called once, when all of it has been written. Waits for the disk.
     *
     * @throws NoRoomException if there was no memory in which to read it
     * @throws org.pyexec.files.FileTooLargeException if the file is longer than it may be
     * @throws StoreFullException if the store had no room for it
     * @throws org.pyexec.files.StoreUnreachableException if the store could not be reached
     * @throws IOException if the store failed
     */
    public synchronized UploadOutcome finish() throws IOException, NoRoomException {
        if (closed) {
            throw new IOException("The request has ended");
        }
        try {
            if (noRoom != null) {
                throw noRoom;
            }
            return outcome(opened().end());
        } finally {
            close();
        }
    }

    private UploadOutcome outcome(FormParts.State state) throws IOException {
        return switch (state) {
            case COMPLETE -> field.finish();
            case TOO_MANY_PARTS -> new UploadOutcome.TooManyParts();
            case READING, MALFORMED -> new UploadOutcome.Malformed();
            case NOT_KEPT -> throw StoreFullException.ofDisk(new IOException("a part could not be put on the disk"));
        };
    }

    private FormParts opened() throws NoRoomException {
        FormParts opened = parts;
        if (opened == null) {
            share.hold(HELD_BYTES);
            opened = new FormParts(boundary, folder, field);
            parts = opened;
        }
        return opened;
    }

    @Override
    public synchronized long length() {
        return length;
    }

    /** Whether it is longer than bodies are that can be held in memory. */
    public synchronized boolean isLarge() {
        return length > SpooledBody.IN_MEMORY_BYTES;
    }

    /** Nothing: its parts have been read. */
    @Override
    public InputStream open() {
        return InputStream.nullInputStream();
    }

    @Override
    public void giveBack() {
        close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        field.close();
        FormParts form = parts;
        parts = null;
        if (form != null) {
            form.close();
        }
        share.close();
    }
}
