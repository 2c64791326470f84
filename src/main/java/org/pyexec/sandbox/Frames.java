package org.pyexec.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The frames of a run's connection, as docs/protocol.md describes them. */
final class Frames {

    static final char REQUEST = 'R';
    static final char SESSION = 'N';
    static final char INTERRUPT = 'I';
    static final char CANCEL = 'C';
    static final char STARTED = 'S';
    static final char UNAVAILABLE = 'U';
    static final char STDOUT = 'O';
    static final char STDERR = 'E';
    static final char FILE = 'F';
    static final char DATA = 'D';
    static final char END = 'X';
    static final char GONE = 'G';

    private static final int MAX_PAYLOAD = 64 << 20;

    private Frames() {}

    /** What stands before a frame's payload. */
    record Header(char kind, int length) {}

    /** One named value; on the wire it is UTF-8. */
    record Field(String name, String value) {}

    /** Named values in their order; a name may stand more than once. */
    record Fields(List<Field> all) {

        Fields {
            all = List.copyOf(all);
        }

        Optional<String> text(String name) {
            return texts(name).stream().findFirst();
        }

        List<String> texts(String name) {
            return all.stream()
                    .filter(field -> field.name().equals(name))
                    .map(Field::value)
                    .toList();
        }

        /** The value as a decimal number, 0 when it is absent. */
        long number(String name) throws IOException {
            try {
                return Long.parseLong(text(name).orElse("0"));
            } catch (NumberFormatException e) {
                throw new IOException("Not a number in field " + name, e);
            }
        }
    }

    static ByteBuffer frame(char kind, List<Field> fields) {
        return frame(kind, encode(fields));
    }

    static ByteBuffer frame(char kind, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) kind)
                .putInt(payload.length)
                .put(payload)
                .flip();
    }

    private static byte[] encode(List<Field> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (Field field : fields) {
                byte[] name = field.name().getBytes(StandardCharsets.US_ASCII);
                out.writeByte(name.length);
                out.write(name);
                byte[] value = field.value().getBytes(StandardCharsets.UTF_8);
                out.writeInt(value.length);
                out.write(value);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what stands before the next payload.
     *
     * @throws EOFException when the other side has closed the connection
     */
    static Header header(DataInputStream in) throws IOException {
        char kind = (char) in.readUnsignedByte();
        int length = in.readInt();
        if (length < 0 || length > MAX_PAYLOAD) {
            throw new IOException("A frame of " + length + " bytes");
        }
        return new Header(kind, length);
    }

    static byte[] payload(DataInputStream in, Header header) throws IOException {
        byte[] payload = new byte[header.length()];
        in.readFully(payload);
        return payload;
    }

    static Fields fields(byte[] payload) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(payload);
        List<Field> fields = new ArrayList<>();
        try {
            while (in.hasRemaining()) {
                byte[] name = new byte[in.get() & 0xff];
                in.get(name);
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw new IOException("A field is cut off");
                }
                byte[] value = new byte[length];
                in.get(value);
                fields.add(new Field(
                        new String(name, StandardCharsets.US_ASCII), new String(value, StandardCharsets.UTF_8)));
            }
        } catch (java.nio.BufferUnderflowException e) {
            throw new IOException("A field is cut off", e);
        }
        return new Fields(fields);
    }
}
