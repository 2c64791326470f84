package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {

    @TempDir
    Path folder;

    /** The kernel's /dev/full answers every write as a full disk does (full(4)). */
    @Test
    void writeToFullDeviceIsRecognised() throws IOException {
        try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            IOException failure = catchThrowableOfType(
                    IOException.class, () -> FileDirectory.writeFully(full, ByteBuffer.wrap(new byte[] {1})));

            assertThat(DiskFull.saysSo(failure.getMessage())).isTrue();
            assertThat(DiskFull.caused(failure, folder)).isTrue();
        }
    }

    @Test
    void otherFailureOnDiskWithRoomIsNotFull() {
        assertThat(DiskFull.caused(new IOException("Input/output error"), folder))
                .isFalse();
        assertThat(DiskFull.caused(new IOException(), folder)).isFalse();
    }
}
