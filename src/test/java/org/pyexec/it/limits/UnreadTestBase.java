package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Tests in which more clients than a server has threads ask for large answers and do not read them. */
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
abstract class UnreadTestBase {

    static final int READERS = 230;
    /** So many readers must have their first byte before a test goes on; every server gives one client so many places. */
    static final int BEGUN = 40;
    /** An address that all readers of a test share. */
    static final String OWN = "127.0.66.1";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Http http;
    final List<RawConnection> readers = new ArrayList<>();

    UnreadTestBase(Http http) {
        this.http = http;
    }

    @AfterEach
    void leave() throws IOException {
        for (RawConnection reader : readers) {
            reader.close();
        }
    }

    void ask(IntFunction<String> address, String request) throws IOException {
        ask(address, request, READERS, BEGUN);
    }

    /** Opens connections and sends the request on each; returns when the first {@code begun} of them have a status. */
    void ask(IntFunction<String> address, String request, int count, int begun) throws IOException {
        int first = readers.size();
        for (int i = 0; i < count; i++) {
            RawConnection reader = RawConnection.lazyReader(address.apply(i), http.base());
            readers.add(reader);
            reader.send(request);
        }
        for (RawConnection reader : readers.subList(first, first + begun)) {
            reader.patience(Duration.ofSeconds(60));
            assertThat(reader.status()).isIn(200, 429, 503);
        }
    }

    static String oneOfMany(int number) {
        return "127.0.66." + (1 + number % 60);
    }

    /** Other clients, each with a new connection and a short time-out, get their answers. */
    void assertServed() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(get("/health/live").status()).isEqualTo(200);
            byte[] body = Json.object("code", "print(1)").getBytes(StandardCharsets.UTF_8);
            try (RawConnection connection = RawConnection.to(http.base())) {
                connection.patience(PATIENCE);
                connection.send(RawConnection.executeHead(body.length));
                connection.send(body);
                assertThat(Shapes.success(connection.answer()).path("output").textValue())
                        .isEqualTo("1\n");
            }
        }
    }

    Answer get(String path) throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.patience(PATIENCE);
            connection.send(RawConnection.head("GET", path));
            Answer answer = connection.answer();
            assertThat(answer.status()).as("%s", path).isEqualTo(200);
            return answer;
        }
    }
}
