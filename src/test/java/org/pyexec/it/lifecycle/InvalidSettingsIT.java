package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pyexec.it.support.Server;

/** Invalid settings: the server refuses to start and says why. */
class InvalidSettingsIT {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RATE_LIMIT_MAX|many",
                "RATE_LIMIT_MAX|-1",
                "RATE_LIMIT_WINDOW_SECONDS|0",
                "FILE_TTL_SECONDS|ten",
                "FAILED_EXECUTION_STATUS|418",
                "MAX_BODY_BYTES|5MB",
                "STORAGE_MAX_BYTES|-5",
                "TRUSTED_PROXIES|10.0.0.0/99",
                "CORS_ALLOWED_ORIGINS|not an origin",
                "SANDBOX|perhaps",
                "NETWORK_POLICY|always",
                "MAX_CONCURRENT_EXECUTIONS|0",
                "EXECUTION_MEMORY_MB|1.5",
                "ALLOWED_CONNECT_SRC|https://a.example; script-src *"
            })
    void badValueStopsTheStartWithOneLineThatNamesIt(String name, String value) {
        Server.Refusal refusal = Server.startRefused(Map.of(name, value));
        assertThat(refusal.exitCode()).isNotZero();
        assertThat(refusal.log().lines())
                .as(refusal.log())
                .anySatisfy(line -> assertThat(line).contains(name, value.split(";", 2)[0]));
    }

    @ParameterizedTest
    @CsvSource({"REDIS_URL,redis://localhost:6379", "API_KEYS_FILE,/etc/executor/keys"})
    void settingOfALaterVersionStopsTheStart(String name, String value) {
        Server.Refusal refusal = Server.startRefused(Map.of(name, value));
        assertThat(refusal.exitCode()).isNotZero();
        assertThat(refusal.log()).contains(name + " is not supported by this version");
        assertThat(refusal.log()).doesNotContain("\tat org.pyexec");
    }

    @ParameterizedTest
    @CsvSource({"FILE_TTL_SECONDS,soon"})
    void badSystemPropertyStopsTheStartToo(String name, String value) {
        Map<String, String> settings = new HashMap<>();
        settings.put("JAVA_TOOL_OPTIONS", "-D" + name + "=" + value);
        Server.Refusal refusal = Server.startRefused(settings);
        assertThat(refusal.exitCode()).isNotZero();
        assertThat(refusal.log().lines().filter(line -> !line.contains("JAVA_TOOL_OPTIONS")))
                .anySatisfy(line -> assertThat(line).contains(name, value));
    }
}
