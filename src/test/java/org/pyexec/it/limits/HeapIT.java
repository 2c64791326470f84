package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Multipart;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/**
 * Many clients at once whose requests together need many times the server's heap. Each gets its answer, or is told to try again
 * later; other clients are not affected. The heap is the one that Java chooses on a machine with 1.5 GB.
 */
@Order(2) // waits for long
@Tag("slow")
@NeedsServer(Setup.OBSERVED)
class HeapIT {

    private static final int AT_ONCE = 60;
    private static final int FIVE_MEGABYTES = 5 * 1024 * 1024;
    private static final Duration IN_TIME = Duration.ofSeconds(20);

    private final ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE + 2);
    private final Server server;
    private final Http http;

    HeapIT(Server server) {
        this.server = server;
        this.http = server.http();
    }

    @AfterEach
    void everythingIsAsBefore() {
        clients.shutdownNow();
        await().atMost(60, TimeUnit.SECONDS)
                .until(() ->
                        http.get("/health").json().at("/executions/running").intValue() == 0);
        assertThat(Shapes.success(http.execute("print(1)")).path("output").textValue())
                .isEqualTo("1\n");
        // Memory has been given back: a request that needs much of it succeeds.
        Shapes.success(http.post("{\"code\":\"print(1) " + "#".repeat(FIVE_MEGABYTES - 100) + "\"}"));
        assertThat(server.log()).doesNotContain("java.lang.OutOfMemoryError");
    }

    /** Sends all requests at once; meanwhile another client asks for the server's health and runs small programs. */
    private List<Answer> atOnce(int count, IntFunction<Answer> request) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Future<Integer> probe = clients.submit(untilOver(over, () -> {
            long began = System.nanoTime();
            assertThat(http.get("/health/live").status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(IN_TIME);
        }));
        Future<Integer> victim = clients.submit(untilOver(
                over,
                () -> assertThat(Shapes.success(from(250, Json.object("code", "print(1)")))
                                .path("output")
                                .textValue())
                        .isEqualTo("1\n")));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        try {
            IntStream.range(0, count)
                    .forEach(i -> answers.add(CompletableFuture.supplyAsync(() -> request.apply(i), clients)));
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            over.set(true);
            assertThat(probe.get(60, TimeUnit.SECONDS)).isPositive();
            assertThat(victim.get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    /** Repeats a task, at least once; returns how often it ran. */
    private static Callable<Integer> untilOver(AtomicBoolean over, Runnable something) {
        return () -> {
            int times = 0;
            do {
                something.run();
                times++;
            } while (!over.get());
            return times;
        };
    }

    private static void assertEachIsAnsweredOrToldToComeAgain(List<Answer> answers, int... others) {
        assertThat(answers).allSatisfy(answer -> {
            if (answer.status() == 503) {
                assertThat(Shapes.error(answer, 503).path("error").textValue()).isEqualTo("Server is busy");
                assertThat(answer.required("Retry-After")).matches("[1-9][0-9]*");
            } else if (IntStream.of(others).noneMatch(status -> status == answer.status())) {
                Shapes.success(answer);
            }
        });
    }

    private static String fill(String begin, String unit, String end) {
        return begin + unit.repeat((FIVE_MEGABYTES - 100 - begin.length() - end.length()) / unit.length()) + end;
    }

    private Answer from(int client, String json, String... headers) {
        List<String> all = new ArrayList<>(
                List.of("Content-Type", "application/json", "X-Forwarded-For", "203.0.113." + (1 + client)));
        all.addAll(List.of(headers));
        return http.send("POST", "/execute", json.getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new));
    }

    @Test
    void largeRequestsOfEveryShape() throws Exception {
        String code = "{\"code\":\"print(1)\",";
        List<String> shapes = List.of(
                fill(code + "\"stdin\":\"€", "x", "\"}"),
                fill(code + "\"stdin\":\"", "\\u20ac", "\"}"),
                fill(code + "\"x\":[", "{\"\":1},", "1]}"),
                fill(code + "\"args\":[", "\"\",", "\"\"]}"),
                fill(code + "\"files\":[{\"filename\":\"a\",\"content\":\"", "\\n", "\"}]}"),
                fill(code + "\"files\":[{\"filename\":\"a\",\"base64\":\"", "AAAA", "\"}]}"),
                fill(code + "\"files\":[", "{\"filename\":\"a\",\"content\":\"\"},", "1]}"),
                fill("{\"code\":\"print(1) #€", "x", "\"}"),
                fill(code + "\"env\":{", "\"a\":\"\",", "\"b\":\"\"}}"),
                fill(code + "\"stdin\":\"\",", " ", "\"args\":[]}"));
        List<Answer> answers = atOnce(AT_ONCE, i -> from(i, shapes.get(i % shapes.size())));
        assertEachIsAnsweredOrToldToComeAgain(answers, 400);
        assertThat(answers).anySatisfy(Shapes::success);
    }

    @Test
    void programsThatPrintAndShowAllThatTheyMay() throws Exception {
        String program = Json.object("code", """
                import sys
                sys.stdout.write("\\x01" * 5_000_000)
                sys.stderr.write("é" * 5_000_000)
                for _ in range(8): display({"text/html": "€" * 330_000, "text/plain": "x" * 9_000}, raw=True)""", "result", true);
        List<Answer> answers = atOnce(AT_ONCE, i -> from(i, program));
        assertEachIsAnsweredOrToldToComeAgain(answers);
        assertThat(answers).anySatisfy(Shapes::success);
    }

    @Test
    void executionsThatAreKept() throws Exception {
        String program = Json.object(
                "code",
                "print('x' * 1_000_000)\nfor _ in range(4): display({'text/html': '<' * 999_000}, raw=True)",
                "result",
                true);
        List<Answer> accepted = atOnce(200, i -> from(0, program, "Prefer", "respond-async"));
        assertThat(accepted).extracting(Answer::status).isSubsetOf(202, 429, 503);
        List<String> paths = accepted.stream()
                .filter(answer -> answer.status() == 202)
                .map(answer -> answer.required("Location"))
                .toList();
        assertThat(paths).isNotEmpty();
        for (String path : paths) {
            await().atMost(120, TimeUnit.SECONDS)
                    .until(() ->
                            http.get(path).json().path("status").textValue().equals("finished"));
        }
        assertThat(paths)
                .anySatisfy(path -> assertThat(http.get(path).json().at("/answer/run/displays"))
                        .hasSize(4));
        // A client that keeps no results is still accepted.
        String small = Json.object("code", "print(1)");
        assertThat(from(250, small, "Prefer", "respond-async").status()).isEqualTo(202);
    }

    @Test
    void programsThatWaitInSessions() throws Exception {
        List<String> sessions = IntStream.range(0, 2)
                .mapToObj(i -> http.send("POST", "/sessions", new byte[0])
                        .json()
                        .path("sessionId")
                        .textValue())
                .toList();
        List<CompletableFuture<Answer>> busy = sessions.stream()
                .map(id -> http.postLater(Json.object("code", "import time; time.sleep(10)", "session", id)))
                .toList();
        String input = "€".repeat(FIVE_MEGABYTES / 3 - 100);
        List<Answer> answers = atOnce(
                AT_ONCE,
                i -> from(
                        i,
                        Json.object(
                                "code", "print(len(input()))", "session", sessions.get(i % 2), "stdin", input + "\n")));
        assertEachIsAnsweredOrToldToComeAgain(answers);
        assertThat(answers).anySatisfy(Shapes::success);
        busy.forEach(answer -> Shapes.success(answer.join()));
        sessions.forEach(id -> http.send("DELETE", "/sessions/" + id, new byte[0]));
    }

    @Test
    void formsOfManyPartsAndOfManyLines() throws Exception {
        Multipart parts = Multipart.of(IntStream.range(0, 200_000)
                .mapToObj(i -> Multipart.field("a", ""))
                .toArray(Multipart.Part[]::new));
        Multipart lines = Multipart.of(new Multipart.Part("a:b\r\n".repeat(3_000_000) + "c:d", new byte[0]));
        List<Answer> answers = atOnce(AT_ONCE, i -> http.host(i % 2 == 0 ? parts : lines));
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.status()).isIn(400, 503, 507)) // their bodies lie on the disk
                .anySatisfy(answer -> assertThat(
                                Shapes.error(answer, 400).path("message").textValue())
                        .contains("64 parts"));
    }

    @Test
    void bodiesThatComeSlowly() throws Exception {
        List<RawConnection> slow = new ArrayList<>();
        byte[] part = new byte[250_000];
        try {
            for (int i = 0; i < 600; i++) {
                RawConnection connection = RawConnection.to(http.base());
                slow.add(connection);
                connection.send(RawConnection.headOfMany(
                        "POST", "/execute", "Content-Type", "application/json", "Content-Length", "5000000"));
                connection.send(part);
            }
            for (int i = 0; i < 5; i++) {
                Shapes.success(http.execute("print(1)"));
            }
        } finally {
            for (RawConnection connection : slow) {
                connection.close();
            }
        }
    }
}
