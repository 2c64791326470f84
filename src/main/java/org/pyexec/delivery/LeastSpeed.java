package org.pyexec.delivery;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ends an answer whose reader is slower than a minimum speed. Only the time counts in which a write blocks, not the time in which
 * the answer itself waits for a program. A reader that reads nothing at all is ended by the server's own time-out, because
 * only that interrupts a write. Used by one thread.
 */
final class LeastSpeed extends OutputStream {

    static final int BYTES_PER_SECOND = 8 << 10;
    /**
     * Longer than a reader of 64 KB/s needs for a third of four megabytes, Linux's largest buffer: Linux does not wake a writer for
     * less.
     */
    static final long WINDOW_SECONDS = 30;

    private static final int PIECE_BYTES = 32 << 10;
    private static final long NOTICEABLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final OutputStream out;
    private final LongSupplier nanoTime;
    private long waitedNanos;
    private long bytes;

    /**
     * @param nanoTime a clock, as {@link System#nanoTime}
     */
    LeastSpeed(OutputStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
    }

    /** The body, ended early if its reader is too slow. */
    static StreamingOutput enforcedOn(StreamingOutput body) {
        return out -> body.write(new LeastSpeed(out, System::nanoTime));
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
        for (int done = 0; done < length; done += PIECE_BYTES) {
            int count = Math.min(PIECE_BYTES, length - done);
            long before = nanoTime.getAsLong();
            out.write(content, offset + done, count);
            check(nanoTime.getAsLong() - before, count);
        }
    }

    @Override
    public void flush() throws IOException {
        long before = nanoTime.getAsLong();
        out.flush();
        check(nanoTime.getAsLong() - before, 0);
    }

    private void check(long tookNanos, int count) throws IOException {
        if (waitedNanos == 0 && tookNanos < NOTICEABLE_NANOS) {
            return; // it went into buffers
        }
        waitedNanos += tookNanos;
        bytes += count;
        if (waitedNanos >= TimeUnit.SECONDS.toNanos(WINDOW_SECONDS)) {
            if (bytes < WINDOW_SECONDS * BYTES_PER_SECOND) {
                throw new IOException("The client reads less than %d bytes per second".formatted(BYTES_PER_SECOND));
            }
            waitedNanos = 0;
            bytes = 0;
        }
    }
}
