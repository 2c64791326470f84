package org.pyexec.sandbox;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
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
    static final char ERRAND = 'A';
    static final char STARTED = 'S';
    static final char UNAVAILABLE = 'U';
    static final char STDOUT = 'O';
    static final char STDERR = 'E';
    static final char FILE = 'F';
    static final char DATA = 'D';
    static final char END = 'X';
    static final char ANSWER = 'Y';
    static final char GONE = 'G';

    private static final int MAX_PAYLOAD = 64 << 20;
    private static final byte[] REPLACEMENT = {'?'};

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

    /** In one array that is exactly as long as it has to be, and without another for a value: values may be megabytes. */
    static ByteBuffer frame(char kind, List<Field> fields) {
        int length = fields.stream()
                .mapToInt(field -> 1 + field.name().length() + 4 + encodedLength(field.value()))
                .sum();
        ByteBuffer frame = ByteBuffer.allocate(5 + length).put((byte) kind).putInt(length);
        for (Field field : fields) {
            frame.put((byte) field.name().length()).put(field.name().getBytes(StandardCharsets.US_ASCII));
            frame.putInt(encodedLength(field.value()));
            CharsetEncoder encoder = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT);
            CoderResult unused = encoder.encode(CharBuffer.wrap(field.value()), frame, true);
        }
        return frame.flip();
    }

    /** In bytes of UTF-8; half of a surrogate pair, which cannot be encoded, is {@link #REPLACEMENT}. */
    private static int encodedLength(String value) {
        int length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!Character.isSurrogate(c)) {
                length += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            } else if (i + 1 < value.length() && Character.isSurrogatePair(c, value.charAt(i + 1))) {
                length += 4;
                i++;
            } else {
                length += REPLACEMENT.length;
            }
        }
        return length;
    }

    static ByteBuffer frame(char kind, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) kind)
                .putInt(payload.length)
                .put(payload)
                .flip();
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
        return fields(new DataInputStream(new ByteArrayInputStream(payload)), payload.length, (name, length) -> true);
    }

    /** Says of each field, ahead of its value, whether it is wanted. */
    interface Choice {
        boolean wanted(String name, int length);
    }

    /** Reads a payload that is fields, without having all of it in memory at once; what is not wanted is passed over. */
    static Fields fields(DataInputStream in, int payloadLength, Choice choice) throws IOException {
        List<Field> fields = new ArrayList<>();
        int left = payloadLength;
        while (left > 0) {
            byte[] name = new byte[in.readUnsignedByte()];
            left -= 1 + name.length + 4;
            if (left < 0) {
                throw new IOException("A field is cut off");
            }
            in.readFully(name);
            int length = in.readInt();
            left -= length;
            if (length < 0 || left < 0) {
                throw new IOException("A field is cut off");
            }
            String word = new String(name, StandardCharsets.US_ASCII);
            if (choice.wanted(word, length)) {
                byte[] value = new byte[length];
                in.readFully(value);
                fields.add(new Field(word, new String(value, StandardCharsets.UTF_8)));
            } else {
                in.skipNBytes(length);
            }
        }
        return new Fields(fields);
    }
}
