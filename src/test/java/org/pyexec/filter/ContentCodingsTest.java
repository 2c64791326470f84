package org.pyexec.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.memory.Memory;

class ContentCodingsTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Memory memory = new Memory(64 * MIB);
    private final Memory disk = new Memory(64 * MIB);

    private SpooledBody body() {
        return new SpooledBody(folder, memory.share("a"), disk.share("a"));
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    @Test
    void bombIsReadNoFurtherThanToTheLimit() throws IOException {
        InputStream bomb = new ByteArrayInputStream(gzip(new byte[64 * MIB]));
        try (SpooledBody decoded = body()) {
            assertThatThrownBy(() -> ContentCodings.decode(bomb, decoded, 3 * MIB))
                    .isInstanceOf(ContentCodings.TooLongException.class);
            assertThat(decoded.length()).isLessThanOrEqualTo(3 * MIB);
            assertThat(bomb.available()).isGreaterThan(16 << 10); // of 64 KiB
        }
        assertThat(memory.heldBytes()).isZero();
        assertThat(disk.heldBytes()).isZero();
    }

    @Test
    void whatHasExactlyTheLimitFits() throws Exception {
        byte[] content = new byte[MIB];
        content[MIB - 1] = 7;
        try (SpooledBody decoded = body()) {
            ContentCodings.decode(new ByteArrayInputStream(gzip(content)), decoded, MIB);
            assertThat(decoded.open().readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void severalMembersAreOneBody() throws Exception {
        byte[] member = gzip(new byte[] {'a', 'b'});
        InputStream two = new SequenceInputStream(new ByteArrayInputStream(member), new ByteArrayInputStream(member));
        try (SpooledBody decoded = body()) {
            ContentCodings.decode(new ByteArrayInputStream(two.readAllBytes()), decoded, 10);
            assertThat(new String(decoded.open().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("abab");
        }
    }

    @Test
    void partsAndNonsenseAreMalformed() throws IOException {
        byte[] whole = gzip(new byte[1000]);
        for (byte[] malformed :
                new byte[][] {{}, {1, 2, 3}, {0x1f, (byte) 0x8b}, java.util.Arrays.copyOf(whole, whole.length - 9)}) {
            try (SpooledBody decoded = body()) {
                assertThatThrownBy(() -> ContentCodings.decode(new ByteArrayInputStream(malformed), decoded, MIB))
                        .isInstanceOf(ContentCodings.MalformedException.class);
            }
        }
    }
}
