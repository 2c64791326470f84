package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.OpenDescriptors;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** The file system of {@code STORAGE_DIR} is full; it has a few megabytes. */
@Order(4) // waits for long
@Tag("slow")
@Tag("engine")
@NeedsServer(Setup.SMALL_DISK)
class DiskFullIT {

    private static final int MEGABYTE = 1 << 20;
    /** When files that were stored to fill the disk begin to expire. */
    private static Instant expiry = Instant.MAX;

    private final Server server;
    private final Map<String, byte[]> hosted = new HashMap<>();

    DiskFullIT(Server server) {
        this.server = server;
    }

    @BeforeAll
    static void folderIsEmptyAsOthersSeeIt(Server server) {
        assertThat(server.storage()).as("the folder as others see it").isEmptyDirectory();
    }

    /** Fills the disk to its last block, first with large files, then with small ones. None expires while the test runs. */
    @BeforeEach
    void fill() {
        if (Instant.now().isAfter(expiry.minusSeconds(20))) {
            awaitRoom();
            expiry = Instant.MAX;
        }
        for (int size : new int[] {MEGABYTE, 200_000, 20_000, 1}) {
            Answer answer = upload(size);
            while (answer.status() == 200) {
                answer = upload(size);
            }
            assertStorageFull(answer);
        }
    }

    private void awaitRoom() {
        await().atMost(Duration.ofMinutes(3))
                .until(() ->
                        server.http().get("/health").json().path("storageUsage").longValue() == 0);
    }

    @Test
    void uploadIsRefusedBy507AndNothingOfItStays() throws IOException {
        List<String> before = namesOnDisk();

        assertStorageFull(upload(100_000));
        assertStorageFull(upload(5 * MEGABYTE));
        assertStorageFull(upload(20 * MEGABYTE));

        assertThat(namesOnDisk()).isEqualTo(before).noneMatch(name -> name.endsWith(".part"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(OpenDescriptors.deletedFiles(server.process()))
                        .isEmpty());
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
    void thereIsRoomAgainWhenFilesHaveExpired() {
        Http http = server.http();
        await().atMost(Duration.ofMinutes(2)).until(() -> upload(MEGABYTE).status() == 200);

        ObjectNode run = Shapes.success(http.execute("open('a.bin', 'wb').write(bytes(300_000))"));
        assertThat(run.path("generatedFiles").size()).isEqualTo(1);
        String url = run.at("/generatedFiles/0/downloadUrl").textValue();
        assertThat(http.get(url).body()).hasSize(300_000);
        Shapes.success(http.execute("print('ran') #" + "x".repeat(MEGABYTE)));
    }

    private Answer upload(int size) {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) hosted.size());
        Answer answer = server.http().host("a.bin", content);
        if (answer.status() == 200) {
            hosted.put(answer.json().path("downloadUrl").textValue(), content);
            Instant expires = Shapes.time(answer.json().path("expires"));
            expiry = expires.isBefore(expiry) ? expires : expiry;
        }
        return answer;
    }

    private static void assertStorageFull(Answer answer) {
        assertThat(Shapes.generalError(answer, 507).path("error").textValue()).isEqualTo("Storage full");
    }

    private List<String> namesOnDisk() throws IOException {
        try (Stream<Path> names = Files.walk(server.storageInside())) {
            return names.map(Path::toString)
                    .filter(name -> name.contains("/files/") || name.contains("/incoming/"))
                    .sorted()
                    .toList();
        }
    }
}
