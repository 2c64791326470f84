package org.pyexec.it.lifecycle;

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
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;

/** Clients that upload and generate files until their server ends; records each file that the server acknowledged. */
final class LoadClients {

    private static final int CLIENTS = 6;
    private static final int FILES_PER_ROUND = 40;

    private final Path storage;
    private final List<Acknowledged> files = new CopyOnWriteArrayList<>();

    LoadClients(Path storage) {
        this.storage = storage;
    }

    /** Every acknowledged file still has its content. */
    void assertIntact(Http http) {
        files.forEach(file -> file.assertIntact(http));
    }

    int count() {
        return files.size();
    }

    /** Something ends a server in the middle of work. */
    interface Ending {
        void end() throws Exception;
    }

    /** Ends the server in the middle of work, when so many files more are acknowledged. */
    void endInTheMiddle(Server server, Ending ending) throws Exception {
        int enough = files.size() + FILES_PER_ROUND;
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        for (int client = 0; client < CLIENTS; client++) {
            int kind = client;
            clients.add(CompletableFuture.runAsync(() -> {
                while (!ended.get()) {
                    try {
                        files.add(kind % 2 == 0 ? upload(server.http(), kind) : generate(server.http()));
                    } catch (UncheckedIOException serverHasGone) {
                        return;
                    }
                }
            }));
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> files.size() >= enough || clients.stream().anyMatch(CompletableFuture::isDone));
        ending.end();
        ended.set(true);
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(2, TimeUnit.MINUTES);
        assertThat(files).hasSizeGreaterThanOrEqualTo(enough);
    }

    private Acknowledged upload(Http http, int kind) {
        byte[] content = new byte[kind == 0 ? 1000 : 700_000];
        ThreadLocalRandom.current().nextBytes(content);
        Answer answer = http.host("a.bin", content);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return acknowledged(answer.json(), digest(content));
    }

    private Acknowledged generate(Http http) {
        ObjectNode run = Shapes.success(http.execute("import os; open('a.bin', 'wb').write(os.urandom(300_000))"));
        JsonNode file = run.at("/generatedFiles/0");
        return acknowledged(file, file.path("sha256").textValue());
    }

    private Acknowledged acknowledged(JsonNode file, String sha256) {
        return new Acknowledged(
                file.path("downloadUrl").textValue(), sha256, Shapes.time(file.path("expires")), storage);
    }

    static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** A file as the server acknowledged it. */
    private record Acknowledged(String url, String sha256, Instant expires, Path storage) {

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
}
