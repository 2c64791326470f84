package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The disk under {@code STORAGE_DIR} is a real one of a few megabytes, and full: a file system in memory that nobody but
 * the server sees, as it is mounted in a mount namespace of its own.
 */
@Tag("engine")
class DiskFullIT {

    private static final int MEGABYTE = 1 << 20;
    private static final String MOUNT_AND_RUN =
            "mount -t tmpfs -o size=12m,mode=0700 none \"$STORAGE_DIR\" && exec \"$@\"";
    private static final Path STORAGE = Server.temporaryFolder();

    private static Server server;

    private final Map<String, byte[]> hosted = new HashMap<>();

    @BeforeAll
    static void start() throws IOException {
        server = startOnSmallDisk(STORAGE, 600);
        assertThat(STORAGE).as("the folder as others see it").isEmptyDirectory();
    }

    @AfterAll
    static void stop() {
        server.close();
        Server.deleteFolder(STORAGE);
    }

    private static Server startOnSmallDisk(Path storage, int timeToLiveSeconds) throws IOException {
        List<String> launcher = new ArrayList<>(List.of("unshare", "--mount"));
        if (!Files.getAttribute(storage, "unix:uid").equals(0)) {
            launcher.add("--map-root-user"); // only root may mount, and everybody may be root among his own
        }
        launcher.addAll(List.of("/bin/sh", "-c", MOUNT_AND_RUN, "sh"));
        return Server.startBehind(
                launcher,
                Map.of(
                        "RATE_LIMIT_MAX",
                        "0",
                        "STORAGE_DIR",
                        storage.toString(),
                        "FILE_TTL_SECONDS",
                        Integer.toString(timeToLiveSeconds)));
    }

    /** To the last block: first in large pieces, then in small ones. */
    @BeforeEach
    void fill() {
        fill(server.http());
    }

    private void fill(Http http) {
        for (int size : new int[] {MEGABYTE, 200_000, 20_000, 1}) {
            Answer answer = upload(http, size);
            while (answer.status() == 200) {
                answer = upload(http, size);
            }
            assertStorageFull(answer);
        }
    }

    @Test
    void uploadIsRefusedBy507AndNothingOfItStays() throws IOException {
        List<String> before = namesOnDisk();

        assertStorageFull(upload(100_000));
        assertStorageFull(upload(5 * MEGABYTE));
        assertStorageFull(upload(20 * MEGABYTE));

        assertThat(namesOnDisk()).isEqualTo(before).noneMatch(name -> name.endsWith(".part"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(Held.deletedFiles(server.process())).isEmpty());
    }

    @Test
    void filesThatAreThereAreServed() {
        hosted.forEach(
                (url, content) -> assertThat(server.http().get(url).body()).isEqualTo(content));
    }

    @Test
    void programRunsAndItsFilesAreSkippedAsStorageFull() {
        ObjectNode run = Shapes.success(server.http().execute("""
                open('large.bin', 'wb').write(bytes(3_000_000))
                open('small.bin', 'wb').write(bytes(100_000))
                print('ran')
                """));

        assertThat(run.path("output").textValue()).isEqualTo("ran\n");
        assertThat(run.path("generatedFiles")).isEmpty();
        assertThat(Json.texts(run.at("/run/skippedFiles"), "filename")).containsExactly("large.bin", "small.bin");
        assertThat(Json.texts(run.at("/run/skippedFiles"), "reason")).containsOnly("storage full");
    }

    @Test
    void requestThatIsTooLargeForMemoryIsRefusedBy507() {
        String code = "print('ran') #" + "x".repeat(3 * MEGABYTE);

        ObjectNode error = Shapes.executeError(server.http().execute(code), 507);
        assertThat(error.path("error").textValue()).isEqualTo("Storage full");
        assertThat(Shapes.sentence(error)).contains("room");
    }

    @Test
    void connectionIsGoodForMoreAfterARefusal() throws IOException {
        Multipart form = Multipart.of(Multipart.file("a.bin", new byte[2 * MEGABYTE]));
        try (RawConnection connection = RawConnection.to(server.baseUrl())) {
            connection.send(RawConnection.headOfMany(
                    "POST",
                    "/host",
                    "Content-Type",
                    form.contentType(),
                    "Content-Length",
                    Integer.toString(form.body().length)));
            connection.send(form.body());
            assertStorageFull(connection.answer());
            connection.send(RawConnection.headOfMany("GET", "/health"));
            assertThat(connection.answer().json().path("status").textValue()).isEqualTo("healthy");
        }
    }

    @Test
    void thereIsRoomAgainWhenFilesHaveExpired() throws IOException {
        Path storage = Server.temporaryFolder();
        try (Server other = startOnSmallDisk(storage, 5)) {
            Http http = other.http();
            fill(http);

            await().atMost(Duration.ofMinutes(2))
                    .until(() -> upload(http, MEGABYTE).status() == 200);

            ObjectNode run = Shapes.success(http.execute("open('a.bin', 'wb').write(bytes(300_000))"));
            assertThat(run.path("generatedFiles").size()).isEqualTo(1);
            String url = run.at("/generatedFiles/0/downloadUrl").textValue();
            assertThat(http.get(url).body()).hasSize(300_000);
            Shapes.success(http.execute("print('ran') #" + "x".repeat(MEGABYTE)));
        } finally {
            Server.deleteFolder(storage);
        }
    }

    private Answer upload(int size) {
        return upload(server.http(), size);
    }

    private Answer upload(Http http, int size) {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) hosted.size());
        Answer answer = http.host("a.bin", content);
        if (answer.status() == 200) {
            hosted.put(answer.json().path("downloadUrl").textValue(), content);
        }
        return answer;
    }

    private static void assertStorageFull(Answer answer) {
        assertThat(Shapes.generalError(answer, 507).path("error").textValue()).isEqualTo("Storage full");
    }

    private static List<String> namesOnDisk() throws IOException {
        try (Stream<Path> names = Files.walk(server.storageInside())) {
            return names.map(Path::toString)
                    .filter(name -> name.contains("/files/") || name.contains("/incoming/"))
                    .sorted()
                    .toList();
        }
    }
}
