package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.MemoryFileStore;

/** What reading a request takes of the heap: it is done in a JVM that has no more than that beside what it needs anyway. */
class RequestMemoryTest {

    private static final int BODY_BYTES = 5 << 20;

    /** Classes and the body itself, which in a server is on the disk. */
    private static final long ANYWAY_BYTES = BODY_BYTES + (8 << 20);

    /** A young generation; what is large or still there is outside of it. */
    private static final long YOUNG_BYTES = 2 << 20;

    @TempDir
    Path temporary;

    @Test
    void readingTakesNoMoreThanIsTaken() throws Exception {
        assertThat(read(RequestJson.heldBytes(BODY_BYTES))).isEqualTo("read " + shapes().size() + "\n");
    }

    @Test
    void itWouldBeSeenIfItTookMore() throws Exception {
        assertThat(read(RequestJson.heldBytes(BODY_BYTES) / 3)).contains("OutOfMemoryError");
    }

    private String read(long bytes) throws Exception {
        Path said = temporary.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmn" + YOUNG_BYTES,
                        "-Xmx" + (YOUNG_BYTES + ANYWAY_BYTES + bytes),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RequestMemoryTest.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(said);
    }

    /** Reads each of the shapes twice, as a server does. */
    public static void main(String[] arguments) throws IOException {
        ObjectMapper json = Json.mapper(BODY_BYTES);
        FileStore files =
                new MemoryFileStore(new FileStoreSettings(Duration.ofMinutes(10), 1000, 1000), Clock.systemUTC());
        System.setProperty("java.util.logging.SimpleFormatter.format", "");
        for (Shape shape : shapes()) {
            byte[] body = shape.body();
            for (int i = 0; i < 2; i++) {
                read(json, body, files);
            }
        }
        System.out.println("read " + shapes().size());
    }

    private static void read(ObjectMapper json, byte[] body, FileStore files) throws IOException {
        try {
            ExecuteRequest.read(json, new ByteArrayInputStream(body), files).program();
        } catch (BadRequest refused) {
            if (String.valueOf(refused.getMessage()).contains("well-formed")) {
                throw refused;
            }
        }
    }

    private static List<Shape> shapes() {
        String code = "{\"code\":\"1\",";
        String variables = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"€%d\":\"€%s\",".formatted(i, "x".repeat(200)))
                .collect(Collectors.joining());
        return List.of(
                new Shape("{\"code\":\"#€", "x", "\"}", 1),
                new Shape("{\"code\":\"", "\\u20ac", "\"}", 1),
                new Shape(code + "\"stdin\":\"€", "x", "\"}", 1),
                new Shape(code + "\"files\":[{\"filename\":\"a\",\"content\":\"€", "x", "\"}]}", 1),
                new Shape(code + "\"files\":[{\"filename\":\"a\",\"content\":\"", "\\n", "\"}]}", 1),
                new Shape(code + "\"files\":[{\"filename\":\"a\",\"base64\":\"", "AAAA", "\"}]}", 1),
                new Shape(code + "\"x\":[", "{\"\":1},", "1]}", 1),
                new Shape(code + "\"args\":[", "\"\",", "\"\"]}", 1),
                new Shape(code + "\"args\":[", "\"a\",", "\"\"]}", 45),
                new Shape(code + "\"args\":[", "\"€" + "x".repeat(90) + "\",", "\"\"]}", 1),
                new Shape(code + "\"env\":{" + variables, "", "\"b\":\"\"}}", 1),
                new Shape(code + "\"files\":[", "{\"filename\":\"a\",\"content\":\"\"},", "1]}", 1));
    }

    /** A body of so many parts of the longest. */
    private record Shape(String begin, String unit, String end, int part) {

        byte[] body() {
            int most = BODY_BYTES / part - 100;
            int times = unit.isEmpty() ? 0 : (most - begin.length() - end.length()) / unit.length();
            return (begin + unit.repeat(times) + end).getBytes(StandardCharsets.UTF_8);
        }
    }
}
