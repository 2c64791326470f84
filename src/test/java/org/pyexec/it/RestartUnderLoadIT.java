package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server is killed while clients store files, and started again. */
class RestartUnderLoadIT {

    private static final int ROUNDS = 2;
    private static final int CLIENTS = 6;
    private static final int FILES_PER_ROUND = 40;

    private final Path storage = Server.temporaryFolder();
    private final Map<String, String> settings = Map.of("RATE_LIMIT_MAX", "0", "STORAGE_DIR", storage.toString());

    @AfterEach
    void deleteStorage() {
        Server.deleteFolder(storage);
    }

    @Test
    void noFileThatWasAcknowledgedIsLostAndNoHalfOneIsLeft() throws Exception {
        List<HostedUnderLoad> acknowledged = new CopyOnWriteArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (Server server = Server.start(settings)) {
                acknowledged.forEach(file -> file.assertIntact(server.http()));
                loadUntilKilled(server, acknowledged);
            }
        }
        try (Server again = Server.start(settings)) {
            Http http = again.http();
            acknowledged.forEach(file -> file.assertIntact(http));
            List<String> names = namesIn(storage.resolve("files"));
            List<String> tokens =
                    names.stream().map(name -> name.substring(0, 36)).distinct().toList();
            assertThat(names).hasSize(2 * tokens.size()).allMatch(name -> name.matches(".*[.](data|meta)"));
            // Those that were stored when nobody could be told any more are whole too: the tag is the digest.
            for (String token : tokens) {
                Answer answer = http.get("/download/" + token);
                assertThat(answer.required("ETag")).isEqualTo('"' + digest(answer.body()) + '"');
            }
            assertThat(namesIn(storage.resolve("incoming"))).isEmpty();
            assertThat(namesIn(storage.resolve("runtime"))).hasSize(1);
            ObjectNode health = http.get("/health").json();
            assertThat(health.path("activeDownloads").intValue()).isEqualTo(tokens.size());
            Shapes.success(http.execute("print(1)"));
        }
        assertThat(Processes.mentioning(storage)).isEmpty();
    }

    /** A file as a client was told of it. */
    private record HostedUnderLoad(String url, String sha256, Instant expires, Path storage) {

        void assertIntact(Http http) {
            Answer answer = http.get(url);
            assertThat(answer.status()).as("%s of %s", answer, url).isEqualTo(200);
            assertThat(digest(answer.body())).isEqualTo(sha256);
            assertThat(metadata().getProperty("expires")).isEqualTo(expires.toString());
        }

        private Properties metadata() {
            Path file = storage.resolve("files").resolve(url.replace("/download/", "") + ".meta");
            try (Reader reader = Files.newBufferedReader(file)) {
                Properties properties = new Properties();
                properties.load(reader);
                return properties;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Clients upload files and run programs that make some, until so many are acknowledged; then comes the kill. */
    private void loadUntilKilled(Server server, List<HostedUnderLoad> acknowledged) throws Exception {
        int enough = acknowledged.size() + FILES_PER_ROUND;
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        AtomicBoolean killed = new AtomicBoolean();
        for (int client = 0; client < CLIENTS; client++) {
            int kind = client;
            clients.add(CompletableFuture.runAsync(() -> {
                while (!killed.get()) {
                    try {
                        acknowledged.add(kind % 2 == 0 ? upload(server.http(), kind) : generate(server.http()));
                    } catch (UncheckedIOException serverHasGone) {
                        return;
                    }
                }
            }));
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> acknowledged.size() >= enough || clients.stream().anyMatch(CompletableFuture::isDone));
        server.kill();
        killed.set(true);
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(2, TimeUnit.MINUTES);
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(enough);
    }

    private HostedUnderLoad upload(Http http, int kind) {
        byte[] content = new byte[kind == 0 ? 1000 : 700_000];
        ThreadLocalRandom.current().nextBytes(content);
        Answer answer = http.host("a.bin", content);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return hosted(answer.json(), digest(content));
    }

    private HostedUnderLoad generate(Http http) {
        ObjectNode run = Shapes.success(http.execute("import os; open('a.bin', 'wb').write(os.urandom(300_000))"));
        JsonNode file = run.at("/generatedFiles/0");
        return hosted(file, file.path("sha256").textValue());
    }

    private HostedUnderLoad hosted(JsonNode file, String sha256) {
        return new HostedUnderLoad(
                file.path("downloadUrl").textValue(), sha256, Shapes.time(file.path("expires")), storage);
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
