package org.pyexec.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.memory.Memory;

class SpooledBodyTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Memory memory = new Memory(64 * MIB);
    private final Memory disk = new Memory(16 * MIB);

    private SpooledBody body(String client) {
        return new SpooledBody(folder, memory.share(client), disk.share(client));
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
}
