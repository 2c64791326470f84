package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.AnswerKind;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Security headers: {@code Content-Security-Policy}, {@code nosniff} and the like, on every answer. */
@NeedsServer
public class SecurityHeadersIT {

    private final Http http;

    SecurityHeadersIT(Http http) {
        this.http = http;
    }

    /** The directives of a policy with their sources. */
    public static Map<String, List<String>> directives(Answer answer) {
        Map<String, List<String>> directives = new LinkedHashMap<>();
        for (String directive : answer.required("Content-Security-Policy").split(";", -1)) {
            if (!directive.isBlank()) {
                List<String> words = List.of(directive.strip().split("\\s+"));
                directives.put(words.get(0), words.subList(1, words.size()));
            }
        }
        return directives;
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void headersAreOnEveryAnswer(AnswerKind kind) {
        Answer answer = kind.from(http);
        assertThat(answer.required("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.required("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.required("X-Frame-Options")).isEqualTo("SAMEORIGIN");
        assertThat(answer.required("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(answer.required("Origin-Agent-Cluster")).isEqualTo("?1");
        assertThat(answer.required("X-DNS-Prefetch-Control")).isEqualTo("off");
        assertThat(answer.required("X-Download-Options")).isEqualTo("noopen");
        assertThat(answer.required("X-Permitted-Cross-Domain-Policies")).isEqualTo("none");
        assertThat(answer.required("X-XSS-Protection")).isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource(
            value = AnswerKind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DOWNLOAD", "PART"})
    void policyAllowsNothingInline(AnswerKind kind) {
        Map<String, List<String>> policy = directives(kind.from(http));
        assertThat(policy.get("default-src")).containsExactly("'self'");
        assertThat(policy.get("connect-src")).containsExactly("'self'");
        assertThat(policy.get("object-src")).containsExactly("'none'");
        assertThat(policy.get("script-src")).containsExactly("'self'");
        policy.values().forEach(sources -> assertThat(sources).doesNotContain("'unsafe-inline'", "'unsafe-eval'", "*"));
    }

    @ParameterizedTest
    @EnumSource(
            value = AnswerKind.class,
            names = {"API", "HEALTH", "EXECUTED", "PROGRAM_FAILED", "NO_CODE", "HOSTED", "DOWNLOAD", "UNKNOWN_TOKEN"})
    void otherOriginsMayReadWhatCorsIsMeantFor(AnswerKind kind) {
        assertThat(kind.from(http).required("Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void serverDoesNotNameItsVersion(AnswerKind kind) {
        Answer answer = kind.from(http);
        assertThat(answer.header("X-Powered-By")).isEmpty();
        assertThat(answer.header("Server").orElse("")).doesNotContainPattern("\\d");
    }

    @ParameterizedTest
    @EnumSource(AnswerKind.class)
    void nothingOnPlainHttpAsksForTls(AnswerKind kind) {
        Answer answer = kind.from(http);
        assertThat(answer.header("Strict-Transport-Security")).isEmpty();
        assertThat(directives(answer)).doesNotContainKey("upgrade-insecure-requests");
    }

    @Test
    void refusalOfNonsenseDoesNotNameItsVersionEither() throws IOException {
        for (String nonsense : List.of(
                "NONSENSE\r\n\r\n",
                "GET /api HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET /api HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\nConnection: close\r\n\r\n",
                "GET /api HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(100_000) + "\r\nConnection: close\r\n\r\n")) {
            try (RawConnection connection = RawConnection.to(http.base())) {
                Optional<Answer> answer = sent(connection, nonsense);
                answer.ifPresent(given -> {
                    assertThat(given.header("X-Powered-By")).isEmpty();
                    assertThat(given.header("Server").orElse("")).doesNotContainPattern("\\d");
                    Shapes.noInside(given);
                });
            }
        }
    }

    private static Optional<Answer> sent(RawConnection connection, String text) throws IOException {
        try {
            connection.send(text);
            connection.endOutput();
        } catch (java.net.SocketException closedAlready) {
            // The server may have sent its answer before it closed the connection.
        }
        return connection.answerOrEnd();
    }
}
