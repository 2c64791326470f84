package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.OpenDescriptors;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/**
 * Clients that have their answer and go on sending the body, a byte now and then. A server reads a body to its end before it
 * reads the next request; by default each such client occupies one of its threads.
 */
@Order(4) // waits for long
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnreadBodiesIT {

    private static final int CLIENTS = 230;

    private static final String[][] REQUESTS = {
        {"POST", "/execute", "Content-Type", "application/json", "Content-Length", "6000000"},
        {"POST", "/execute", "Content-Type", "application/json", "Content-Length", "6000000", "Expect", "100-continue"},
        {"POST", "/execute", "Content-Type", "@/@", "Content-Length", "1000000"},
        {"POST", "/execute", "Content-Length", "1000000", "Transfer-Encoding", "chunked"},
        {
            "OPTIONS",
            "/execute",
            "Origin",
            "http://a.example",
            "Access-Control-Request-Method",
            "POST",
            "Content-Length",
            "9999"
        },
        {"POST", "/WEB-INF/web.xml", "Content-Length", "1000000"},
    };

    private final Server server;
    private final Http http;
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();

    UnreadBodiesIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    @AfterAll
    void stopPace() {
        pace.shutdownNow();
    }

    /** Each kind has more connections than any server has threads for requests. */
    @Test
    void nobodyWaitsForBodiesThatNobodyWants() throws IOException {
        long before = connections();
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (String[] request : REQUESTS) {
                for (int i = 0; i < CLIENTS; i++) {
                    RawConnection connection = RawConnection.to(http.base());
                    connections.add(connection);
                    connection.send(
                            RawConnection.head(request[0], request[1], Arrays.copyOfRange(request, 2, request.length)));
                }
            }
            ScheduledFuture<?> sending = pace.scheduleWithFixedDelay(
                    () -> connections.forEach(UnreadBodiesIT::sendOne), 1, 3, TimeUnit.SECONDS);
            long begin = System.nanoTime();
            do { // while they are refused one after another, and for some time afterwards
                assertThat(http.get("/health/live").status()).isEqualTo(200);
                Shapes.success(http.execute("import time; time.sleep(0.5)"));
            } while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(15));
            assertThat(sending.cancel(false)).isTrue();
        } finally {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> connections() < before + CLIENTS / 10); // other connections may be open
    }

    private long connections() throws IOException {
        return OpenDescriptors.descriptors(server.process()).stream()
                .filter(target -> target.startsWith("socket:"))
                .count();
    }

    private static void sendOne(RawConnection connection) {
        try {
            connection.send("x".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException closed) {
            // expected: the server has closed the connection
        }
    }
}
