package org.pyexec.body;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.jvnet.mimepull.Header;
import org.jvnet.mimepull.MIMEConfig;
import org.jvnet.mimepull.MIMEMessage;
import org.jvnet.mimepull.MIMEParsingException;
import org.jvnet.mimepull.MIMEPart;

/**
 * The parts of a form, handed to their receiver while the form arrives. mimepull, Jersey's reader of forms, asks for bytes when it
 * wants them; here it gets an exception when there are none, and is called again when there are. That is sound because it changes
 * its state only after the buffer that it needs has been filled: MIMEParser reads in fillBuf alone, and each of its callers begins
 * anew with what has been read. Used by one thread at a time.
 *
 * <p>A part's content is read once and not kept. Only of one with a Content-Transfer-Encoding, which no client of today sends (RFC 7578,
 * section 4.7), the library keeps the content, in a temporary file if it is long: its decoders cannot be interrupted.
 */
final class FormParts implements AutoCloseable {

    private static final Set<String> AS_IT_IS = Set.of("binary", "7bit", "8bit");
    private static final long IN_MEMORY_ONLY = -1;
    private static final long KEPT_IN_MEMORY_BYTES = 4096;
    private static final int BUFFER_BYTES = 16 << 10;

    private final ArrivedBytes arrived = new ArrivedBytes();
    private final CountedForm counted;
    private final MIMEConfig config = new MIMEConfig();
    private final MIMEMessage message;
    private final Receiver receiver;
    private int index;
    private @Nullable MIMEPart begun;
    private @Nullable InputStream content;
    private State state = State.READING;

    /** How far the form has been read. */
    enum State {
        READING,
        COMPLETE,
        MALFORMED,
        /** A part that has to be kept could not be. */
        NOT_KEPT,
        TOO_MANY_PARTS
    }

    /** Who takes the parts. It throws nothing: what becomes of them is its own matter. */
    interface Receiver {

        /** A part begins. */
        void head(List<? extends Header> headers);

        /** A piece of its content. */
        void content(byte[] bytes, int count);

        /** All of its content, decoded when it is read, instead of pieces; empty if nobody knows the encoding. */
        void encoded(MIMEPart part);
    }

    /**
     * @param folder for the library's temporary files
     */
    FormParts(String boundary, Path folder, Receiver receiver) {
        this.receiver = receiver;
        this.counted = new CountedForm(arrived, boundary);
        config.setDir(folder.toString());
        this.message = new MIMEMessage(counted, boundary, config);
    }

    /** Reads on in what has come. */
    void read(byte[] bytes, int count) {
        arrived.add(bytes, count);
        readOn();
    }

    /** Reads what is left: that was all. */
    State end() {
        arrived.complete();
        readOn();
        return state;
    }

    @Override
    public void close() {
        message.close();
    }

    private void readOn() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            while (state == State.READING) {
                step(buffer);
            }
        } catch (MIMEParsingException | IllegalStateException | IllegalArgumentException | IOException e) {
            if (!arrived.isDry()) {
                state = reason(e);
                message.close();
            }
        }
    }

    private State reason(Exception failure) {
        if (counted.exceeded()) {
            return State.TOO_MANY_PARTS;
        }
        return failure.getCause() instanceof IOException ? State.NOT_KEPT : State.MALFORMED;
    }

    private void step(byte[] buffer) throws IOException {
        InputStream open = content;
        MIMEPart part = begun;
        if (open != null) {
            int count = open.read(buffer);
            if (count >= 0) {
                receiver.content(buffer, count);
            } else {
                endPart();
            }
        } else if (part != null) {
            message.makeProgress(); // to the first piece: readOnce() would call itself a second time if it got none
            content = part.readOnce();
        } else {
            beginPart();
        }
    }

    private void beginPart() {
        MIMEPart part = message.getPart(index);
        List<? extends Header> headers;
        try {
            headers = part.getAllHeaders();
        } catch (IllegalStateException noMoreParts) {
            state = State.COMPLETE;
            return;
        }
        receiver.head(headers);
        if (AS_IT_IS.contains(part.getContentTransferEncoding().toLowerCase(Locale.ROOT))) {
            config.setMemoryThreshold(IN_MEMORY_ONLY);
            begun = part;
        } else {
            config.setMemoryThreshold(KEPT_IN_MEMORY_BYTES);
            receiver.encoded(part);
            index++;
        }
    }

    private void endPart() {
        MIMEPart part = begun;
        if (part != null) {
            part.close(); // its last piece is not needed any more
        }
        begun = null;
        content = null;
        index++;
    }
}
