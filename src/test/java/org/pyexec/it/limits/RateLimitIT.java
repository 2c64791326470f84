package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.AnswerKind;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/**
 * The limit of 50 requests in 15 minutes, with its defaults.
 *
 * <p>Every test comes from a loopback address of its own, so it has an untouched bucket. Some addresses are
 * those of trusted proxies.
 */
@Tag("slow")
@NeedsServer(Setup.PROXIED)
class RateLimitIT {

    private static final String PROXY = Setup.PROXY;

    private static final AtomicInteger ADDRESSES = new AtomicInteger(1);

    private final Http http;
    private final URI base;
    private final String address = "127.0.1." + ADDRESSES.getAndIncrement();

    RateLimitIT(Server server) {
        this.http = server.http();
        this.base = server.baseUrl();
    }

    @Test
    void fiftyRequestsPassAndTheNextIsRefused() throws IOException {
        for (int left = 49; left >= 0; left--) {
            Answer answer = get("/api");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(remaining(answer)).isEqualTo(left);
        }
        Answer refused = get("/api");
        Shapes.onlyError(refused, 429, "Too many requests");
        assertThat(Integer.parseInt(refused.required("Retry-After"))).isBetween(1, 900);
        assertThat(remaining(refused)).isZero();
    }

    @Test
    void countedAnswersNameThePolicy() throws IOException {
        for (Answer answer : List.of(get("/api"), get("/health"), get("/x"), get("/download/x"), get("/execute"))) {
            assertThat(answer.required("RateLimit-Policy")).isEqualTo("50;w=900");
            assertThat(answer.required("RateLimit-Limit")).isEqualTo("50");
            assertThat(Integer.parseInt(answer.required("RateLimit-Reset"))).isBetween(1, 900);
        }
    }

    @Test
    void allEndpointsTogetherAreCountedHealthAndUnknownPathsIncluded() throws IOException {
        int left = 50;
        for (String path : List.of("/", "/api", "/health", "/x", "/download/x", "/y/z")) {
            assertThat(remaining(get(path))).as(path).isEqualTo(--left);
        }
        assertThat(remaining(RawConnection.exchange(address, base, "POST", "/execute", "Content-Length", "0")))
                .isEqualTo(--left);
        assertThat(remaining(RawConnection.exchange(address, base, "POST", "/host", "Content-Length", "0")))
                .isEqualTo(--left);
        assertThat(remaining(RawConnection.exchange(address, base, "HEAD", "/api")))
                .isEqualTo(--left);
    }

    @Test
    void refusalHasTheOtherHeadersToo() throws IOException {
        Answer refused = exhausted();
        assertThat(refused.required("X-Request-ID")).isNotBlank();
        assertThat(refused.required("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(refused.required("RateLimit-Policy")).isEqualTo("50;w=900");
        assertThat(refused.required("RateLimit-Limit")).isEqualTo("50");
        assertThat(Integer.parseInt(refused.required("RateLimit-Reset"))).isBetween(1, 900);
        Answer crossOrigin = get("/api", "Origin", "https://app.example");
        assertThat(crossOrigin.status()).isEqualTo(429);
        assertThat(crossOrigin.required("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
    }

    @Test
    void refusalCoversEveryEndpoint() throws IOException {
        exhausted();
        for (String path : List.of("/api", "/health", "/x", "/download/x")) {
            Shapes.onlyError(get(path), 429, "Too many requests");
        }
        assertThat(RawConnection.exchange(address, base, "POST", "/execute", "Content-Length", "0")
                        .status())
                .isEqualTo(429);
    }

    @Test
    void probesPreflightsMetricsAndStaticFilesAreNotCounted() throws IOException {
        String asset = AnswerKind.asset(http);
        assertThat(remaining(get("/api"))).isEqualTo(49);
        for (int i = 0; i < 5; i++) {
            get("/health/live");
            get("/health/ready");
            get("/metrics");
            assertThat(get(asset).status()).isEqualTo(200);
            preflight();
        }
        assertThat(remaining(get("/api"))).isEqualTo(48);
    }

    @Test
    void probesPreflightsAndStaticFilesAnswerAnExhaustedClient() throws IOException {
        String asset = AnswerKind.asset(http);
        exhausted();
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(get("/health/ready").status()).isEqualTo(200);
        assertThat(get(asset).status()).isEqualTo(200);
        assertThat(preflight().status()).isEqualTo(204);
    }

    @Test
    void everyAddressHasItsOwnLimit() throws IOException {
        exhausted();
        assertThat(RawConnection.get("127.0.2." + address.substring(8), base, "/api")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void forwardedAddressOfAStrangerChangesNothing() throws IOException {
        int left = 50;
        for (String value : List.of("203.0.113.1", "203.0.113.2, 203.0.113.3", PROXY, "127.0.0.1")) {
            assertThat(remaining(get("/api", "X-Forwarded-For", value))).isEqualTo(--left);
            assertThat(remaining(get("/api", "Forwarded", "for=" + value.split(",", 2)[0])))
                    .isEqualTo(--left);
            assertThat(remaining(get("/api", "X-Real-IP", value))).isEqualTo(--left);
        }
        exhausted();
        assertThat(get("/api", "X-Forwarded-For", "203.0.113.4").status()).isEqualTo(429);
    }

    @Test
    void requestsAtTheSameTimeAreCountedExactly() {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<CompletableFuture<Integer>> answers = IntStream.range(0, 70)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> quietly("/api").status(), threads))
                    .toList();
            List<Integer> statuses =
                    answers.stream().map(CompletableFuture::join).toList();
            assertThat(statuses).filteredOn(status -> status == 200).hasSize(50);
            assertThat(statuses).filteredOn(status -> status == 429).hasSize(20);
        } finally {
            threads.shutdownNow();
        }
    }

    private Answer get(String path, String... headers) throws IOException {
        return RawConnection.get(address, base, path, headers);
    }

    private Answer quietly(String path) {
        try {
            return get(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer preflight() throws IOException {
        return RawConnection.exchange(
                address,
                base,
                "OPTIONS",
                "/execute",
                "Origin",
                "https://app.example",
                "Access-Control-Request-Method",
                "POST");
    }

    /** Uses up what is left, and returns the refusal. */
    private Answer exhausted() throws IOException {
        for (int i = 0; i < 50; i++) {
            Answer answer = get("/api");
            if (answer.status() == 429) {
                return answer;
            }
        }
        return get("/api");
    }

    private static int remaining(Answer answer) {
        return Integer.parseInt(answer.required("RateLimit-Remaining"));
    }
}
