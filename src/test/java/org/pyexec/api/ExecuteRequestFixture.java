package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.pyexec.files.FileStore;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.files.HostedFile;
import org.pyexec.files.MemoryFileStore;

/** Requests are read here, with a store of files behind them. */
abstract class ExecuteRequestFixture {

    static final ObjectMapper JSON = Json.mapper(1 << 20);

    static FileStore files;

    @BeforeAll
    static void openStore() throws IOException {
        files = new MemoryFileStore(
                new FileStoreSettings(Duration.ofMinutes(10), 64 << 20, 64 << 20), Clock.systemUTC());
    }

    static ExecuteRequest read(String json) throws IOException {
        return ExecuteRequest.read(JSON, new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), files);
    }

    static ExecuteRequest readWith(String field) throws IOException {
        return read("{\"code\": \"1\", %s}".formatted(field));
    }

    static HostedFile hosted(int size) throws IOException {
        return files.add("client", "a.bin", new ByteArrayInputStream(new byte[size]), size);
    }

    static void assertRefused(String error, String field) {
        assertThatThrownBy(() -> readWith(field))
                .as(field)
                .isInstanceOf(BadRequest.class)
                .hasMessageEndingWith(".")
                .extracting(e -> ((BadRequest) e).error())
                .isEqualTo(error);
    }
}
