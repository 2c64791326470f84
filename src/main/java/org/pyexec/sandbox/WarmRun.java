package org.pyexec.sandbox;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** One connection to the supervisor; closing it ends the program. */
final class WarmRun implements SandboxRun {

    private static final System.Logger LOG = System.getLogger(WarmRun.class.getName());
    private static final int BUFFER_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final DataInputStream in;

    private WarmRun(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES));
    }

    /**
     * Sends the program and waits until it has started. The channel belongs to the run from now on.
     *
     * @throws SandboxUnavailableException if the supervisor refuses; the channel is closed then
     * @throws InputGoneException if one of its files is not there any more; the channel is closed then
     * @throws IOException if the supervisor went away; the channel is closed then
     */
    static WarmRun start(SocketChannel channel, Program program)
            throws IOException, SandboxUnavailableException, InputGoneException {
        WarmRun run = new WarmRun(channel);
        boolean started = false;
        try {
            run.request(program);
            run.awaitStart();
            run.hand(program.inputs().files());
            started = true;
            return run;
        } finally {
            if (!started) {
                run.close();
            }
        }
    }

    private void request(Program program) throws IOException {
        ByteBuffer frame = RequestFrame.of(program);
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private void awaitStart() throws IOException, SandboxUnavailableException {
        Frames.Header header = Frames.header(in);
        byte[] payload = Frames.payload(in, header);
        if (header.kind() == Frames.UNAVAILABLE) {
            throw new SandboxUnavailableException(new String(payload, StandardCharsets.UTF_8));
        }
        if (header.kind() != Frames.STARTED) {
            throw unexpected(header);
        }
    }

    /** The contents of files go to the child that is waiting for them; the program's time does not run yet. */
    private void hand(List<InputFile> files) throws InputGoneException {
        try {
            for (InputFile file : files) {
                file.content().writeTo(channel);
            }
        } catch (IOException e) {
            // It takes no more, since they do not fit, or it is gone; what it said last tells.
            LOG.log(System.Logger.Level.DEBUG, "event=input_not_taken", e);
        }
    }

    private static IOException unexpected(Frames.Header header) {
        return new IOException("Unexpected frame " + header.kind() + " from the sandbox");
    }

    @Override
    public RunReport await(RunListener listener) throws IOException {
        while (true) {
            Frames.Header header = Frames.header(in);
            switch (header.kind()) {
                case Frames.STDOUT -> listener.stdout(Frames.payload(in, header));
                case Frames.STDERR -> listener.stderr(Frames.payload(in, header));
                case Frames.FILE -> handOver(Frames.fields(Frames.payload(in, header)), listener);
                case Frames.END -> {
                    return report(Frames.fields(Frames.payload(in, header)));
                }
                default -> throw unexpected(header);
            }
        }
    }

    @Override
    public void awaitGone() throws IOException {
        if (in.read() >= 0) {
            throw new IOException("The sandbox said more than the end");
        }
    }

    private void handOver(Frames.Fields fields, RunListener listener) throws IOException {
        long size = fields.number("size");
        try (Content content = new Content(size)) {
            listener.file(fields.text("name").orElse(""), size, content);
        }
    }

    /** The content of one file, cut into frames; closing it skips the rest. */
    private final class Content extends InputStream {

        private long left;
        private int leftInFrame;

        Content(long size) {
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            if (leftInFrame == 0) {
                leftInFrame = nextFrame();
            }
            int count = in.read(target, offset, Math.min(length, leftInFrame));
            if (count < 0) {
                throw new EOFException("The sandbox went away within a file");
            }
            left -= count;
            leftInFrame -= count;
            return count;
        }

        private int nextFrame() throws IOException {
            Frames.Header header = Frames.header(in);
            if (header.kind() != Frames.DATA || header.length() == 0 || header.length() > left) {
                throw unexpected(header);
            }
            return header.length();
        }

        @Override
        public void close() throws IOException {
            byte[] unwanted = new byte[BUFFER_BYTES];
            while (left > 0 && read(unwanted, 0, unwanted.length) >= 0) {
                // nobody wants it
            }
        }
    }

    private static RunReport report(Frames.Fields fields) throws IOException {
        return new RunReport(
                ending(fields),
                Duration.ofNanos(1000 * fields.number("duration-us")),
                Duration.ofNanos(1000 * fields.number("cpu-us")),
                fields.number("peak-bytes"),
                fields.number("truncated") == 1,
                fields.texts("skipped").stream().map(WarmRun::skipped).toList(),
                Math.toIntExact(fields.number("skipped-count")),
                fields.texts("blocked"),
                fields.text("results").map(Results::read));
    }

    private static Ending ending(Frames.Fields fields) throws IOException {
        String reason = fields.text("reason").orElse("");
        Optional<String> code = fields.text("code").filter(text -> !text.isEmpty());
        try {
            return new Ending(
                    Ending.Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
                    code.isPresent() ? OptionalInt.of(Integer.parseInt(code.get())) : OptionalInt.empty(),
                    fields.text("signal").filter(text -> !text.isEmpty()),
                    fields.text("details").orElse(""));
        } catch (IllegalArgumentException e) {
            throw new IOException("An ending that does not exist: " + reason, e);
        }
    }

    private static SkippedFile skipped(String nameAndReason) {
        int end = nameAndReason.indexOf('\0');
        return new SkippedFile(nameAndReason.substring(0, Math.max(end, 0)), nameAndReason.substring(end + 1));
    }

    @Override
    public void cancel() {
        try {
            ByteBuffer frame = Frames.frame(Frames.CANCEL, List.of());
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=over_already", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closing is all that is wanted; the supervisor sees the end of the connection in any case.
            LOG.log(System.Logger.Level.DEBUG, "event=sandbox_close_failed", e);
        }
    }
}
