package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** A store that is full, or full for one client, on a server with little room for files. */
@Order(3) // waits for long
@Tag("slow")
@NeedsServer(Setup.ONE_SLOT)
class StorageLimitsIT {

    private final Http http;

    StorageLimitsIT(Http http) {
        this.http = http;
    }

    @Test
    void fullStoreIsSaidByStatus507AndDoesNotFailARun() {
        awaitEmptyStore();
        Http clients = http.asManyClients();
        Answer last = clients.host("a.bin", new byte[40_000]);
        for (int i = 0; i < 3 && last.status() == 200; i++) {
            last = clients.host("a.bin", new byte[40_000]);
        }
        ObjectNode json = Shapes.generalError(last, 507);
        assertThat(json.path("message").textValue()).contains("no room");

        assertSkips(clients.execute("open('b.bin', 'wb').write(b'x' * 30_000)\nprint('ran')"));
    }

    @Test
    void oneClientLeavesHalfOfTheStoreToOthers() {
        awaitEmptyStore();
        assertThat(hostFrom("203.0.113.7", 20_000).status()).isEqualTo(200);
        String program = "open('a.bin', 'wb').write(b'x' * 20_000)\nprint('ran')";
        assertThat(Shapes.success(runFrom("203.0.113.7", program)).path("generatedFiles"))
                .hasSize(1);

        ObjectNode json = Shapes.generalError(hostFrom("203.0.113.7", 20_000), 507);
        assertThat(json.path("message").textValue()).contains("this client");
        assertSkips(runFrom("203.0.113.7", program));

        assertThat(hostFrom("203.0.113.8", 40_000).status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> hostFrom("203.0.113.7", 40_000).status() == 200);
    }

    private static void assertSkips(Answer answer) {
        ObjectNode run = Shapes.success(answer);
        assertThat(run.path("output").textValue()).isEqualTo("ran\n");
        assertThat(run.path("generatedFiles")).isEmpty();
        assertThat(run.at("/run/skippedFiles/0/reason").textValue()).isEqualTo("storage full");
    }

    private void awaitEmptyStore() {
        await().atMost(Duration.ofSeconds(90))
                .until(() -> http.get("/health").json().path("storageUsage").longValue() == 0);
    }

    private Answer hostFrom(String client, int bytes) {
        Multipart form = Multipart.of(Multipart.file("a.bin", new byte[bytes]));
        return http.send("POST", "/host", form.body(), "Content-Type", form.contentType(), "X-Forwarded-For", client);
    }

    private Answer runFrom(String client, String code) {
        byte[] body = Json.object("code", code).getBytes(StandardCharsets.UTF_8);
        return http.send("POST", "/execute", body, "Content-Type", "application/json", "X-Forwarded-For", client);
    }
}
