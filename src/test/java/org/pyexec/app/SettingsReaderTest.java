package org.pyexec.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.sandbox.SandboxSettings;

class SettingsReaderTest {

    private static Settings read(String... namesAndValues) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new SettingsReader(environment::get).read();
    }

    @Test
    void everyDefaultIsTheDocumentedOne() {
        Settings settings = read();

        assertThat(settings.port()).isEqualTo(8000);
        assertThat(settings.development()).isTrue();
        assertThat(settings.failedExecutionStatus()).isEqualTo(500);
        assertThat(settings.bodies().maxBodyBytes()).isEqualTo(5 * 1024 * 1024);
        assertThat(settings.bodies().maxUploadBytes()).isEqualTo(20 * 1024 * 1024);
        assertThat(settings.headers().allowedConnectSources()).isEmpty();
        assertThat(settings.headers().corsAllowedOrigins()).isEmpty();
        assertThat(settings.rateLimit().max()).isEqualTo(50);
        assertThat(settings.rateLimit().window()).isEqualTo(Duration.ofMinutes(15));
        assertThat(settings.files().timeToLive()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.files().maxBytes()).isEqualTo(1L << 30);
        assertThat(settings.files().maxBytesPerClient()).isEqualTo(1L << 29);
        assertThat(settings.storageDirectory())
                .isEqualTo(Path.of(System.getProperty("java.io.tmpdir"), "python-executor"));
        assertThat(settings.execution().maxConcurrent())
                .isEqualTo(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
        assertThat(settings.execution().maxQueued()).isEqualTo(256);
        assertThat(settings.execution().patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.execution().networkAllowed()).isTrue();
        SandboxSettings sandbox = settings.sandbox().in(Path.of("/run"));
        assertThat(sandbox.python()).isEmpty();
        assertThat(sandbox.preload()).containsExactly("numpy", "pandas", "matplotlib.pyplot");
        assertThat(sandbox.learns()).isTrue();
        assertThat(sandbox.tier()).isEqualTo("auto");
        assertThat(sandbox.memoryMb()).isEqualTo(512);
        assertThat(sandbox.processes()).isEqualTo(64);
        assertThat(sandbox.diskMb()).isEqualTo(64);
        assertThat(sandbox.outputMaxBytes()).isEqualTo(1024 * 1024);
        assertThat(sandbox.networkAllow()).isEmpty();
        assertThat(sandbox.networkDeny()).isEmpty();
    }

    @Test
    void everySettingIsRead() {
        Settings settings = read(
                "PORT", "9000",
                "NODE_ENV", "production",
                "FAILED_EXECUTION_STATUS", "422",
                "ALLOWED_CONNECT_SRC", "https://a.example, wss://b.example",
                "CORS_ALLOWED_ORIGINS", "https://c.example",
                "RATE_LIMIT_MAX", "0",
                "RATE_LIMIT_WINDOW_SECONDS", "60",
                "FILE_TTL_SECONDS", "5",
                "MAX_UPLOAD_BYTES", "100",
                "MAX_BODY_BYTES", "200",
                "STORAGE_DIR", "/var/lib/x/../y",
                "STORAGE_MAX_BYTES", "300",
                "STORAGE_MAX_BYTES_PER_CLIENT", "250",
                "NETWORK_POLICY", "off",
                "MAX_CONCURRENT_EXECUTIONS", "1",
                "MAX_QUEUED_EXECUTIONS", "0");

        assertThat(settings.port()).isEqualTo(9000);
        assertThat(settings.development()).isFalse();
        assertThat(settings.failedExecutionStatus()).isEqualTo(422);
        assertThat(settings.headers().allowedConnectSources()).containsExactly("https://a.example", "wss://b.example");
        assertThat(settings.headers().corsAllowedOrigins()).containsExactly("https://c.example");
        assertThat(settings.rateLimit().max()).isZero();
        assertThat(settings.rateLimit().window()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.files().timeToLive()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.bodies().maxUploadBytes()).isEqualTo(100);
        assertThat(settings.bodies().maxBodyBytes()).isEqualTo(200);
        assertThat(settings.storageDirectory()).isEqualTo(Path.of("/var/lib/y"));
        assertThat(settings.files().maxBytes()).isEqualTo(300);
        assertThat(settings.files().maxBytesPerClient()).isEqualTo(250);
        assertThat(settings.execution().networkAllowed()).isFalse();
        assertThat(settings.execution().maxConcurrent()).isEqualTo(1);
        assertThat(settings.execution().maxQueued()).isZero();
    }

    @Test
    void everySettingOfTheSandboxIsRead() {
        SandboxSettings sandbox = read(
                        "PYTHON", "/opt/python",
                        "PYTHON_PRELOAD", "json, decimal",
                        "PYTHON_PRELOAD_LEARN", "off",
                        "SANDBOX", "landlock",
                        "EXECUTION_MEMORY_MB", "64",
                        "EXECUTION_PROCESSES", "3",
                        "EXECUTION_DISK_MB", "4",
                        "OUTPUT_MAX_BYTES", "5",
                        "NETWORK_ALLOW", "10.0.0.0/8, db.internal",
                        "NETWORK_DENY", "192.0.2.7, 198.51.100.0/24")
                .sandbox()
                .in(Path.of("/run"));

        assertThat(sandbox)
                .isEqualTo(new SandboxSettings(
                        Optional.of("/opt/python"),
                        List.of("json", "decimal"),
                        false,
                        "landlock",
                        Path.of("/run"),
                        64,
                        3,
                        4,
                        5,
                        List.of("10.0.0.0/8", "db.internal"),
                        List.of("192.0.2.7", "198.51.100.0/24")));
    }

    @Test
    void anEmptyValueCountsAsNotSet() {
        assertThat(read("PORT", "", "REDIS_URL", " ").port()).isEqualTo(8000);
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, 70000",
        "PORT, http",
        "RATE_LIMIT_MAX, -1",
        "RATE_LIMIT_MAX, 1.5",
        "RATE_LIMIT_WINDOW_SECONDS, 0",
        "FAILED_EXECUTION_STATUS, 418",
        "SANDBOX, docker",
        "NETWORK_POLICY, on",
        "TRUSTED_PROXIES, proxy.example",
        "CORS_ALLOWED_ORIGINS, example.org/path",
        "ALLOWED_CONNECT_SRC, a;script-src",
        "PYTHON_PRELOAD, os;rm",
        "PYTHON_PRELOAD_LEARN, yes",
        "NETWORK_ALLOW, http://host",
        "NETWORK_DENY, db.internal",
        "NETWORK_DENY, 192.0.2.256",
        "NETWORK_DENY, 192.0.2.07",
        "NETWORK_DENY, 192.0.2.0/33",
        "NETWORK_DENY, 2001:db8::1",
        "NETWORK_DENY, 192.0.2.0/24;192.0.3.0/24",
        "STORAGE_MAX_BYTES, 1e30",
        "EXECUTION_MEMORY_MB, many"
    })
    void aBadValueIsRefusedInOneLineThatNamesTheSetting(String name, String value) {
        assertThatThrownBy(() -> read(name, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(name)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"API_KEYS_FILE", "REDIS_URL"})
    void aSettingOfALaterVersionStopsTheStart(String name) {
        assertThatThrownBy(() -> read(name, "something")).hasMessage(name + " is not supported by this version");
    }
}
