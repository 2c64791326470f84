package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Shapes;

/** Files of a session that runs a program, or that several clients use at once. */
class SessionFileConcurrencyIT extends SessionFileTestBase {

    private static final int LARGEST = 20 << 20;
    private static final String LOOP = "import time\nwhile True: time.sleep(0.01)\n";

    SessionFileConcurrencyIT(Http http) {
        super(http);
    }

    // --- turns

    @Test
    void fileWaitsItsTurnAndAnotherSessionDoesNot() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, "open('here', 'w').close()\n" + LOOP);
        awaitRunning(id);
        CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> put(id, "later", "x"));
        await().atMost(60, SECONDS).until(() -> state(id).path("waiting").intValue() == 1);
        String other = open();
        assertThat(put(other, "now", "x").status()).isEqualTo(201);
        assertThat(waiting).isNotDone();
        http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        Shapes.failure(running.join(), "interrupted");
        assertThat(waiting.join().status()).isEqualTo(201);
        assertThat(listed(id)).containsExactly("here", "later");
        assertThat(listed(other)).containsExactly("now");
    }

    @Test
    void whoeverWaitsInASessionThatIsFullIsRefused() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, LOOP);
        awaitRunning(id);
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        for (int number = 0; number < 32; number++) {
            waiting.add(runLater(id, "1"));
        }
        await().atMost(60, SECONDS).until(() -> state(id).path("waiting").intValue() == 32);
        Answer refused = put(id, "f", "x");
        assertThat(Shapes.generalError(refused, 503).path("error").textValue()).isEqualTo("Server is busy");
        assertThat(refused.required("Retry-After")).matches("[0-9]+");
        Shapes.generalError(http.get(files(id)), 503);
        http.send("DELETE", "/sessions/" + id, new byte[0]);
        running.join();
        waiting.forEach(answer -> assertThat(answer.join().status()).isEqualTo(410));
    }

    @Test
    void clientsOfOneSessionAreServedOneAfterAnother() {
        String id = open();
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            String path = "f" + number % 4;
            String content = "content of " + number;
            all.add(CompletableFuture.supplyAsync(() -> put(id, path, content)));
            all.add(CompletableFuture.supplyAsync(() -> get(id, path)));
        }
        all.forEach(answer -> assertThat(answer.join().status()).isIn(200, 201, 404));
        assertThat(listed(id)).containsExactly("f0", "f1", "f2", "f3");
        assertThat(get(id, "f0").text()).startsWith("content of ");
    }

    /** If the end waited for the file, more sandboxes could exist than the server counts. */
    @ParameterizedTest
    @ValueSource(ints = {1, LARGEST})
    void endOfASessionWhoseInterpreterHasStoppedDoesNotWaitForAFile(int size) throws Exception {
        String id = open();
        Shapes.success(run(id, "import os, threading\nthreading.Timer(0.1, lambda: os.kill(os.getpid(), 19)).start()"));
        CompletableFuture<Answer> held = putThatIsNotAnswered(id, new byte[size]);

        Answer deleted = http.send("DELETE", "/sessions/" + id, new byte[0]);

        assertThat(deleted.status()).isEqualTo(200);
        assertExpired(held.join(), id, "It was deleted");
        assertExpired(http.get(files(id)), id, "It was deleted");
    }

    private CompletableFuture<Answer> putThatIsNotAnswered(String id, byte[] content) throws Exception {
        while (true) {
            CompletableFuture<Answer> put = CompletableFuture.supplyAsync(() -> put(id, "f", content));
            try {
                assertThat(put.get(2, SECONDS).status()).isIn(200, 201); // it had not stopped yet
            } catch (TimeoutException e) {
                return put;
            }
        }
    }

    /** Threads and processes that a program has left running do not block the session's files. */
    @Test
    void whatIsLeftRunningDoesNotKeepFilesOut() {
        String id = open();
        Shapes.success(run(id, """
                import os, threading
                def busy():
                    while True: pass
                for _ in range(2): threading.Thread(target=busy, daemon=True).start()
                os.open = os.write = os.unlink = None
                """));
        assertThat(put(id, "f", "x").status()).isEqualTo(201);
        assertThat(listed(id)).containsExactly("f");
        assertThat(get(id, "f").text()).isEqualTo("x");
        assertThat(delete(id, "f").status()).isEqualTo(204);
    }
}
