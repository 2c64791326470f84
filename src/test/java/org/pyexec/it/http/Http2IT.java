package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;

/**
 * HTTP/2 without TLS is switched off: its bodies need no length, and one connection has many streams. See RFC 9113, and RFC 7540,
 * section 3.2, for the upgrade.
 */
@NeedsServer
class Http2IT {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int TYPE = 3;
    private static final int SETTINGS = 4;

    private final Http http;

    Http2IT(Http http) {
        this.http = http;
    }

    @Test
    void clientThatBeginsWithHttp2GetsNoFrame() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(PREFACE);
            connection.send(EMPTY_SETTINGS);
            connection.endOutput();
            connection.patience(Duration.ofSeconds(60));
            byte[] answer = restOrNothing(connection);
            assertThat(answer.length > TYPE && answer[TYPE] == SETTINGS)
                    .as("%s", new String(answer, StandardCharsets.ISO_8859_1))
                    .isFalse();
        }
    }

    @Test
    void wishForHttp2IsAnsweredInHttp11() throws IOException {
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.headOfMany(
                    "GET",
                    "/api",
                    "Connection",
                    "Upgrade, HTTP2-Settings",
                    "Upgrade",
                    "h2c",
                    "HTTP2-Settings",
                    "AAMAAABkAAQAAP__"));
            assertThat(connection.status()).isEqualTo(200);
        }
    }

    private static byte[] restOrNothing(RawConnection connection) throws IOException {
        try {
            return connection.rest();
        } catch (SocketException reset) {
            return new byte[0];
        }
    }
}
