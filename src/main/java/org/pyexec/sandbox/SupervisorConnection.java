package org.pyexec.sandbox;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One connection to the supervisor, as docs/protocol.md describes it. Read by one thread at a time, closed by any. */
final class SupervisorConnection implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SupervisorConnection.class.getName());
    private static final int BUFFER_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final DataInputStream in;

    /** The channel belongs to it from now on. */
    SupervisorConnection(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES));
    }

    /** Why a session has ended, in a sentence. */
    static final class GoneException extends IOException {

        GoneException(String reason) {
            super(reason);
        }
    }

    synchronized void send(ByteBuffer frame) throws IOException {
        writeFully(channel, frame);
    }

    /** In pieces: Java copies what it writes to a buffer outside of the heap, which the thread then keeps (IOUtil). */
    static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + BUFFER_BYTES));
            channel.write(bytes);
        }
    }

    /**
     * Waits until what was asked for has started.
     *
     * @throws SandboxUnavailableException if the supervisor refuses
     * @throws GoneException if it was a session, which has ended
     */
    void awaitStart() throws IOException, SandboxUnavailableException {
        Frames.Header header = Frames.header(in);
        byte[] payload = Frames.payload(in, header);
        switch (header.kind()) {
            case Frames.STARTED -> {}
            case Frames.UNAVAILABLE ->
                throw new SandboxUnavailableException(new String(payload, StandardCharsets.UTF_8));
            case Frames.GONE -> throw gone(Frames.fields(payload));
            default -> throw unexpected(header);
        }
    }

    /** The contents of files go to the child that is waiting for them; the program's time does not run yet. */
    void hand(List<InputFile> files) throws InputGoneException {
        handContents(files.stream().map(InputFile::content).toList());
    }

    private synchronized void handContents(List<InputFile.Content> contents) throws InputGoneException {
        try {
            for (InputFile.Content content : contents) {
                content.writeTo(channel);
            }
        } catch (IOException e) {
            // It takes no more, since they do not fit, or it is gone; what it said last tells.
            LOG.log(System.Logger.Level.DEBUG, "event=input_not_taken", e);
        }
    }

    /** Reads what a program sends until it has ended. */
    RunReport await(RunListener listener) throws IOException {
        while (true) {
            Frames.Header header = Frames.header(in);
            switch (header.kind()) {
                case Frames.STDOUT -> listener.stdout(Frames.payload(in, header));
                case Frames.STDERR -> listener.stderr(Frames.payload(in, header));
                case Frames.FILE -> handOver(Frames.fields(Frames.payload(in, header)), listener::file);
                case Frames.END -> {
                    return RunAnswer.read(Frames.fields(
                            in,
                            header.length(),
                            (name, length) -> !name.equals(RunAnswer.RESULTS) || listener.wantsResults(length)));
                }
                default -> throw unexpected(header);
            }
        }
    }

    /**
     * Carries out what a session was asked for between two programs, and reads what comes of it.
     *
     * @throws GoneException if the session has ended meanwhile
     */
    FilesReport carryOut(FileOrder order, FileReceiver receiver) throws IOException, InputGoneException {
        try {
            send(RequestFrame.of(order));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=order_not_taken", e); // what was said last tells why
        }
        while (true) {
            Frames.Header header = Frames.header(in);
            switch (header.kind()) {
                case Frames.STARTED -> {
                    Frames.payload(in, header);
                    if (order instanceof FileOrder.Put put) {
                        handContents(List.of(put.content()));
                    }
                }
                case Frames.FILE -> handOver(Frames.fields(Frames.payload(in, header)), receiver);
                case Frames.ANSWER -> {
                    return FilesAnswer.read(Frames.fields(Frames.payload(in, header)));
                }
                case Frames.GONE -> throw gone(Frames.fields(Frames.payload(in, header)));
                default -> throw unexpected(header);
            }
        }
    }

    /** Returns when the supervisor has closed the connection. */
    void awaitEnd() throws IOException {
        int more;
        try {
            more = in.read();
        } catch (SocketException closed) {
            return; // while something of ours, such as a second cancellation, was on its way
        }
        if (more >= 0) {
            throw new IOException("The sandbox said more than the end");
        }
    }

    /**
     * Looks, without waiting, whether a session in which nothing runs has ended.
     *
     * @throws GoneException if it has
     */
    void look() throws IOException {
        if (in.available() == 0) { // what has been read together with the end of a program comes first
            ByteBuffer kind = ByteBuffer.allocate(1);
            channel.configureBlocking(false);
            int read;
            try {
                read = channel.read(kind);
            } finally {
                channel.configureBlocking(true);
            }
            if (read < 0) {
                throw new EOFException("The sandbox went away");
            }
            if (read == 0) {
                return;
            }
            throw lastWord(new Frames.Header((char) kind.get(0), in.readInt()));
        }
        throw lastWord(Frames.header(in));
    }

    private IOException lastWord(Frames.Header header) throws IOException {
        byte[] payload = Frames.payload(in, header);
        return header.kind() == Frames.GONE ? gone(Frames.fields(payload)) : unexpected(header);
    }

    private static GoneException gone(Frames.Fields fields) {
        return new GoneException(fields.text("details").orElse("It has ended"));
    }

    static IOException unexpected(Frames.Header header) {
        return new IOException("Unexpected frame " + header.kind() + " from the sandbox");
    }

    private void handOver(Frames.Fields fields, FileReceiver receiver) throws IOException {
        long size = fields.number("size");
        try (FramedContent content = new FramedContent(in, size)) {
            receiver.file(fields.text("name").orElse(""), size, content);
        }
    }

    /** Idempotent. The supervisor ends what it had started for us, and a thread that reads or writes here gets an IOException. */
    @Override
    public void close() {
        try {
            if (channel.isOpen()) { // close() knows nothing of a thread in FileChannel.transferTo: it is in sendfile(2)
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=sandbox_shutdown_failed", e);
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Closing is all that is wanted; the supervisor sees the end of the connection in any case.
            LOG.log(System.Logger.Level.DEBUG, "event=sandbox_close_failed", e);
        }
    }
}
