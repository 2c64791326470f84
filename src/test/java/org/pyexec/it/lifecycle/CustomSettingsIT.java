package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.http.SecurityHeadersIT;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** A server on which many settings differ from their defaults. */
@Tag("slow")
@NeedsServer(Setup.CUSTOM)
class CustomSettingsIT {

    private final Server server;
    private final Http http;

    CustomSettingsIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    @Test
    void failedProgramHasTheStatusOfTheSetting() {
        Answer answer = http.execute("1/0");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("error").textValue()).isEqualTo("Error executing Python code");
        assertThat(http.post("{}").status()).isEqualTo(400);
    }

    @Test
    void nothingIsLimitedWhereTheRateIsZero() {
        for (int i = 0; i < 70; i++) {
            assertThat(http.get("/api").status()).isEqualTo(200);
        }
    }

    @Test
    void policyAllowsTheConnectSourcesOfTheSetting() {
        assertThat(SecurityHeadersIT.directives(http.get("/", "Accept", Shapes.BROWSER))
                        .get("connect-src"))
                .containsExactly("'self'", "https://a.example", "wss://b.example");
    }

    @Test
    void onlyTheOriginsOfTheSettingAreReflected() {
        for (String origin : new String[] {"https://good.example", "http://localhost:3000"}) {
            assertThat(http.get("/api", "Origin", origin).required("Access-Control-Allow-Origin"))
                    .isEqualTo(origin);
        }
        for (String origin : new String[] {
            "https://bad.example", "https://good.example.bad.example", "http://good.example", "https://good.example:444"
        }) {
            assertThat(http.get("/api", "Origin", origin).header("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }

    @Test
    void onlyTheOriginsOfTheSettingMayListAndEndSessions() {
        for (String method : new String[] {"GET", "DELETE"}) {
            assertThat(http.send(method, "/sessions", new byte[0], "Origin", "https://good.example")
                            .status())
                    .isEqualTo(200);
            assertThat(http.send(method, "/sessions", new byte[0], "Origin", "https://bad.example")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void uploadLimitIsTheSettings() {
        assertThat(http.host("a.bin", new byte[1000]).status()).isEqualTo(200);
        ObjectNode json = Shapes.error(http.host("a.bin", new byte[1001]), 413);
        assertThat(json.path("error").textValue()).isEqualTo("File too large");
        assertThat(json.toString()).contains("1000");
    }

    @Test
    void bodyLimitIsTheSettings() {
        String start = "{\"code\":\"print(1) #";
        String exact = start + "x".repeat(2000 - start.length() - 2) + "\"}";
        Shapes.success(http.post(exact));
        Shapes.executeError(http.post(exact + " "), 413);
    }

    @Test
    void outputCapIsTheSettings() {
        ObjectNode json = Shapes.success(http.execute("print('x' * 1000)"));
        assertThat(json.path("output").textValue()).hasSize(100);
        assertThat(json.at("/run/truncated").booleanValue()).isTrue();
    }

    @Test
    void memoryLimitIsTheSettings() {
        ObjectNode json = http.execute("x = bytearray(400 << 20)").json();
        assertThat(json.at("/run/reason").textValue()).isEqualTo("memory");
        assertThat(json.path("details").textValue()).contains("300");
        Shapes.success(http.execute("x = bytearray(200 << 20)"));
    }

    @Test
    void processLimitIsTheSettings() {
        ObjectNode json = http.execute("""
                import os, signal
                while True:
                    if os.fork() == 0:
                        signal.pause()
                """).json();
        assertThat(json.at("/run/reason").textValue()).isEqualTo("processes");
        assertThat(json.path("details").textValue()).contains("16");
    }

    @Test
    void diskLimitIsTheSettings() {
        ObjectNode json =
                http.execute("open('a.bin', 'wb').write(b'x' * (9 << 20))").json();
        assertThat(json.at("/run/reason").textValue()).isEqualTo("disk");
        assertThat(json.path("details").textValue()).contains("8");
        Shapes.success(http.execute("import os\nopen('a.bin', 'wb').write(b'x' * (6 << 20))\nos.remove('a.bin')"));
    }

    @Test
    void networkIsRefusedWhereItIsSwitchedOff() {
        ObjectNode json = Shapes.executeError(http.post("{\"code\":\"print(1)\",\"allow_network\":true}"), 403);
        assertThat(json.path("error").textValue()).isEqualTo("Network access is not available");
        Shapes.success(http.post("{\"code\":\"print(1)\",\"allow_network\":false}"));
    }

    @Test
    void sandboxIsTheSettings() {
        assertThat(Shapes.success(http.execute("print(1)")).at("/run/sandbox").textValue())
                .isEqualTo("namespaces");
    }

    @Test
    void storageFolderIsPrivate() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.storage())))
                .isEqualTo("rwx------");
    }
}
