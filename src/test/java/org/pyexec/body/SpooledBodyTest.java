package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;

class SpooledBodyTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Memory memory = new Memory(64 * MIB);
    private final Memory disk = new Memory(16 * MIB);

    private SpooledBody body(String client) {
        return new SpooledBody(folder, memory.share(Client.local(client)), disk.share(Client.local(client)));
    }

    @Test
    void smallBodyTakesNothingOfTheDisk() throws IOException {
        try (SpooledBody body = body("a")) {
            body.write(new byte[1000], 1000);
            assertThat(disk.heldBytes()).isZero();
        }
    }

    @Test
    void largeBodiesOfAClientTakeItsPartOfTheDiskAndLeaveTheRestToOthers() throws IOException {
        byte[] six = new byte[6 * MIB];
        try (SpooledBody first = body("a");
                SpooledBody second = body("a");
                SpooledBody another = body("b")) {
            first.write(six, six.length);
            assertThat(disk.heldBytes()).isEqualTo(six.length);
            assertThatThrownBy(() -> second.write(six, six.length)).isInstanceOf(IOException.class);
            another.write(six, six.length);
            assertThat(another.open().readAllBytes()).hasSize(six.length);
        }
        assertThat(disk.heldBytes()).isZero();
    }

    /** As readers of JSON and of forms do: in a file, each byte would be a call of the system. */
    @Test
    void largeBodyIsReadByteByByteInFewCalls() throws IOException {
        byte[] content = new byte[2 * MIB];
        new Random(3).nextBytes(content);
        try (SpooledBody body = body("a")) {
            body.write(content, content.length);
            assertThat(disk.heldBytes()).isEqualTo(content.length);
            InputStream in = body.open();
            byte[] copy = new byte[content.length];
            long before = readCalls();
            for (int i = 0; i < copy.length; i++) {
                copy[i] = (byte) in.read();
            }
            assertThat(readCalls() - before).isBetween(1L, content.length / 1024L);
            assertThat(in.read()).isNegative();
            assertThat(copy).isEqualTo(content);
            assertThat(body.open().readNBytes(100)).isEqualTo(Arrays.copyOf(content, 100));
        }
    }

    /** Of this thread, see proc(5). */
    private static long readCalls() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/io")).stream()
                .filter(line -> line.startsWith("syscr: "))
                .mapToLong(line -> Long.parseLong(line.substring("syscr: ".length())))
                .findFirst()
                .orElseThrow();
    }
}
