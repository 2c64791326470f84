package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;

class ContentCodingsTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Memory memory = new Memory(64 * MIB);
    private final Memory disk = new Memory(64 * MIB);

    private SpooledBody body() {
        return new SpooledBody(folder, memory.share(Client.local("a")), disk.share(Client.local("a")));
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

    /** Each of them was a call within a call for the JDK's own stream. */
    @Test
    void emptyMembersTakeNoStackHoweverManyThereAre() throws Exception {
        byte[] content = {'a', 'b'};
        byte[] empty = gzip(new byte[0]);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write(gzip(content));
        for (int i = 0; i < 250_000; i++) {
            packed.write(empty);
        }
        packed.write(gzip(content));
        assertThat(decoded(packed.toByteArray(), 4)).containsExactly('a', 'b', 'a', 'b');
        assertThatThrownBy(() -> decoded(packed.toByteArray(), 3)).isInstanceOf(ContentCodings.TooLongException.class);
    }

    @Test
    void everyPartOfAHeaderIsRead() throws Exception {
        byte[] plain = gzip(new byte[] {'x'});
        byte[] optional = {3, 0, 'e', 'x', 't', 'n', 'a', 'm', 'e', 0, 'w', 'o', 'r', 'd', 's', 0};
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.write(plain, 0, 3);
        header.write(0b1_1111); // text, checksum, extra field, name and comment
        header.write(plain, 4, 6);
        header.write(optional);
        CRC32 crc = new CRC32();
        crc.update(header.toByteArray());
        byte[] end = Arrays.copyOfRange(plain, 10, plain.length);

        byte[] whole =
                joined(header.toByteArray(), new byte[] {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)}, end);
        assertThat(decoded(joined(whole, whole), 2)).containsExactly('x', 'x');

        byte[] damaged = joined(header.toByteArray(), new byte[] {(byte) ~crc.getValue(), 0}, end);
        assertThatThrownBy(() -> decoded(damaged, 2)).isInstanceOf(ContentCodings.MalformedException.class);
    }

    @Test
    void zerosBehindTheEndArePaddingAndAnythingElseIsNot() throws Exception {
        byte[] packed = gzip(new byte[] {'x'});
        assertThat(decoded(joined(packed, new byte[40_000]), MIB)).containsExactly('x');
        for (byte[] behind : new byte[][] {{1}, {0, 'x'}, {0x1f}, Arrays.copyOf(packed, packed.length - 1)}) {
            assertThatThrownBy(() -> decoded(joined(packed, behind), MIB))
                    .isInstanceOf(ContentCodings.MalformedException.class);
        }
    }

    @Test
    void whatWasDamagedOnItsWayIsMalformed() throws Exception {
        byte[] content = new byte[100_000];
        new Random(7).nextBytes(content);
        byte[] packed = gzip(content);
        for (int damaged : new int[] {0, 1, 2, 3, 50_000, packed.length - 8, packed.length - 1}) {
            byte[] other = packed.clone();
            other[damaged] ^= (byte) 0x80;
            assertThatThrownBy(() -> decoded(other, MIB))
                    .as("byte %d", damaged)
                    .isInstanceOf(ContentCodings.MalformedException.class);
        }
        assertThat(decoded(packed, MIB)).isEqualTo(content);
    }

    @Test
    void partsAndNonsenseAreMalformed() throws IOException {
        byte[] whole = gzip(new byte[1000]);
        for (byte[] malformed :
                new byte[][] {{}, {1, 2, 3}, {0x1f, (byte) 0x8b}, Arrays.copyOf(whole, whole.length - 9)}) {
            try (SpooledBody decoded = body()) {
                assertThatThrownBy(() -> ContentCodings.decode(new ByteArrayInputStream(malformed), decoded, MIB))
                        .isInstanceOf(ContentCodings.MalformedException.class);
            }
        }
    }

    private byte[] decoded(byte[] packed, long mostBytes) throws Exception {
        try (SpooledBody decoded = body()) {
            ContentCodings.decode(new ByteArrayInputStream(packed), decoded, mostBytes);
            return decoded.open().readAllBytes();
        }
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
