package org.pyexec.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeastSpeedTest {

    private static final int SECONDS = 300;

    private long nanos;

    /** A connection whose client reads so much, after a first megabyte that buffers have taken. */
    private final class Connection extends OutputStream {

        private final long bytesPerSecond;
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        Connection(long bytesPerSecond) {
            this.bytesPerSecond = bytesPerSecond;
        }

        @Override
        public void write(int oneByte) {
            throw new AssertionError("byte by byte");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            taken.write(bytes, offset, length);
            if (taken.size() > 1 << 20) {
                nanos += TimeUnit.SECONDS.toNanos(length) / bytesPerSecond;
            }
        }
    }

    private void read(long bytesPerSecond, byte[] answer) throws IOException {
        Connection connection = new Connection(bytesPerSecond);
        try (OutputStream out = new LeastSpeed(connection, () -> nanos)) {
            out.write(answer);
        }
        assertThat(connection.taken.toByteArray()).isEqualTo(answer);
    }

    private static byte[] answer(int bytes) {
        byte[] answer = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            answer[i] = (byte) ((i * 31) >> 3);
        }
        return answer;
    }

    @Test
    void fastAndModerateReadersGetEveryByte() throws IOException {
        for (int kilobytes : new int[] {9, 64, 100_000}) {
            read(kilobytes << 10, answer((1 << 20) + SECONDS * (9 << 10)));
        }
    }

    @Test
    void readerBelowTheLeastSpeedIsEnded() {
        assertThatThrownBy(() -> read(4 << 10, answer(4 << 20))).isInstanceOf(IOException.class);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(nanos))
                .isBetween(LeastSpeed.WINDOW_SECONDS, 2 * LeastSpeed.WINDOW_SECONDS);
    }

    @Test
    void readerThatBecomesSlowIsEndedAsSoon() throws IOException {
        long[] speed = {1 << 20};
        OutputStream out = new LeastSpeed(
                new OutputStream() {
                    @Override
                    public void write(int oneByte) {
                        throw new AssertionError("byte by byte");
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        nanos += TimeUnit.SECONDS.toNanos(length) / speed[0];
                    }
                },
                () -> nanos);
        out.write(answer(100 << 20));
        long fast = nanos;
        speed[0] = 1 << 10;
        assertThatThrownBy(() -> out.write(answer(1 << 20))).isInstanceOf(IOException.class);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(nanos - fast)).isLessThan(4 * LeastSpeed.WINDOW_SECONDS);
    }

    @Test
    void whatTheAnswerItselfWaitsForDoesNotCount() throws IOException {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        OutputStream out = new LeastSpeed(taken, () -> nanos);
        for (int i = 0; i < 10; i++) {
            nanos += TimeUnit.MINUTES.toNanos(1);
            out.write('x');
            out.flush();
        }
        assertThat(taken.size()).isEqualTo(10);
    }
}
