package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A file that is in the working directory when the program starts. The exceptions' messages say what is wrong, as
 * sentences.
 *
 * @param filename relative, {@code /} between folders, no component {@code ..}; components that are empty or {@code .} are left out
 * @param content at most 20 MB
 */
public record InputFile(String filename, Content content) {

    /** How long one may be. */
    public static final long MAX_BYTES = 20L << 20;

    private static final int MAX_COMPONENT_BYTES = 255; // NAME_MAX, limits.h
    private static final int MAX_NAME_BYTES = 2048; // below PATH_MAX together with the folder of the run
    private static final int MAX_DEPTH = 32;
    private static final String PROGRAM = "main.py";
    private static final Pattern IDLE_INSIDE = Pattern.compile("/(?:\\.?/)++");
    private static final Pattern IDLE_AT_START = Pattern.compile("^\\./");
    private static final String TOO_LONG = "The name of a file is longer than 2048 bytes.";

    public InputFile {
        filename = withoutIdleComponents(filename);
        checkName(filename);
        Inputs.require(
                content.size() <= MAX_BYTES, "'%s' is larger than %d MB.".formatted(shown(filename), MAX_BYTES >> 20));
    }

    /** Where the bytes come from. */
    public interface Content {

        /** Length in bytes, known before. */
        long size();

        /** How many of the bytes are in this server's memory meanwhile. */
        long heldBytes();

        /**
         * Finds out ahead of writing whether it is still there.
         *
         * @throws InputGoneException if it is not
         */
        default void check() throws InputGoneException {}

        /**
         * Writes exactly {@link #size} bytes, once.
         *
         * @throws InputGoneException if it is not there any more; nothing has been written then
         * @throws IOException if it cannot be read, or the channel is closed
         */
        void writeTo(WritableByteChannel channel) throws IOException, InputGoneException;
    }

    /** A content that came with the request; the bytes belong to it from now on. */
    public static Content inMemory(byte[] bytes) {
        return new InMemory(bytes);
    }

    /** The folders it lies in, from the outermost on. */
    List<String> folders() {
        List<String> folders = new ArrayList<>();
        for (int end = filename.indexOf('/'); end >= 0; end = filename.indexOf('/', end + 1)) {
            folders.add(filename.substring(0, end));
        }
        return folders;
    }

    /** The name without {@code ./} and doubled slashes, which lead nowhere; not absolute where it was not. */
    private static String withoutIdleComponents(String name) {
        if (name.length() > MAX_NAME_BYTES) {
            return name;
        }
        String inner = IDLE_INSIDE.matcher(name).replaceAll("/");
        return IDLE_AT_START.matcher(inner).replaceFirst("");
    }

    private static void checkName(String name) {
        Inputs.require(!name.isEmpty(), "The name of a file is empty.");
        Inputs.require(name.length() <= MAX_NAME_BYTES, TOO_LONG);
        Inputs.require(
                Inputs.isText(name) && name.chars().noneMatch(Character::isISOControl),
                "The name of a file has a control character, or a surrogate without its other half.");
        Inputs.require(!name.startsWith("/"), "'%s' is not a relative name.".formatted(shown(name)));
        Inputs.require(bytes(name) <= MAX_NAME_BYTES, TOO_LONG);
        String shown = shown(name);
        String[] components = name.split("/", -1);
        Inputs.require(components.length <= MAX_DEPTH, "'%s' lies deeper than %d folders.".formatted(shown, MAX_DEPTH));
        for (String component : components) {
            Inputs.require(
                    !Set.of("", ".", "..").contains(component),
                    "'%s' has a component that is empty, '.' or '..'.".formatted(shown));
            Inputs.require(
                    bytes(component) <= MAX_COMPONENT_BYTES, "'%s' has a component above 255 bytes.".formatted(shown));
        }
        Inputs.require(!components[0].equals(PROGRAM), "'%s' is the name of the program itself.".formatted(PROGRAM));
    }

    /** A name as a sentence repeats it: the beginning of one that is too long. */
    public static String shown(String name) {
        return name.length() <= MAX_NAME_BYTES ? name : name.substring(0, name.offsetByCodePoints(0, 100)) + "…";
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static final class InMemory implements Content {

        private final byte[] bytes;

        InMemory(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public long heldBytes() {
            return bytes.length;
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            SupervisorConnection.writeFully(channel, ByteBuffer.wrap(bytes));
        }
    }
}
