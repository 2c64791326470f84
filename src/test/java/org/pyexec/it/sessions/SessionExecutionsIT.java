package org.pyexec.it.sessions;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** Programs of one session: one after another, interrupted, streamed, and asynchronous. */
@Tag("slow")
class SessionExecutionsIT extends SessionTestBase {

    private static final String SLEEP = "import time\nprint('here')\ntime.sleep(50)";

    SessionExecutionsIT(Http http) {
        super(http);
    }

    // --- one at a time, in order

    @Test
    void twoClientsAtOnceTakeTurns() {
        String id = open();
        CompletableFuture<Answer> first = runLater(id, "import time\norder = [1]\ntime.sleep(1)\norder.append(2)");
        awaitRunning(id);
        List<CompletableFuture<Answer>> others = new ArrayList<>();
        for (int number = 3; number < 8; number++) {
            int waiting = number - 2;
            others.add(runLater(id, "order.append(%d)".formatted(number)));
            await().atMost(60, SECONDS)
                    .until(() -> first.isDone() || state(id).path("waiting").intValue() >= waiting);
        }
        Shapes.success(first.join());
        others.forEach(other -> Shapes.success(other.join()));
        assertThat(result(run(id, "sorted(order) == [1, 2, 3, 4, 5, 6, 7], order[:2]")))
                .isEqualTo("(True, [1, 2])");
    }

    @Test
    void interruptStopsTheProgramAndTheSessionGoesOn() {
        String id = open();
        Shapes.success(run(id, "x = 1"));
        Answer idle = http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        assertThat(idle.json()).hasToString("{\"sessionId\":\"%s\",\"interrupted\":false}".formatted(id));
        CompletableFuture<Answer> running = runLater(id, SLEEP);
        awaitRunning(id);
        Answer told = http.send("POST", "/sessions/" + id + "/interrupt", new byte[0]);
        assertThat(told.json().path("interrupted").booleanValue()).isTrue();
        ObjectNode interrupted = Shapes.failure(running.join(), "interrupted");
        assertThat(interrupted.path("details").textValue())
                .startsWith("Execution was interrupted")
                .endsWith("KeyboardInterrupt");
        assertThat(result(run(id, "x"))).isEqualTo("1");
    }

    @Test
    void timeOutStopsTheProgramAndTheSessionGoesOn() {
        String id = open();
        ObjectNode late = Shapes.failure(
                http.post(Json.object("code", "x = 1\nwhile True: pass", "session", id, "timeout", 0.5)), "timeout");
        assertThat(late.path("details").textValue()).startsWith("Execution timed out after 0.5 seconds");
        assertThat(result(run(id, "x"))).isEqualTo("1");
        ObjectNode stubborn = Shapes.failure(
                http.post(Json.object("code", "sum(range(10 ** 12))", "session", id, "timeout", 0.5)), "timeout");
        assertThat(stubborn.at("/run/session").textValue()).isEqualTo("ended");
        assertExpired(run(id, "x"), id, stubborn.path("details").textValue());
    }

    @Test
    void deleteInTheMiddleOfAProgramTellsWhoeverWaits() {
        String id = open();
        CompletableFuture<Answer> running = runLater(id, "open('a.txt', 'w').write('A')\n" + SLEEP);
        awaitRunning(id);
        CompletableFuture<Answer> waiting = runLater(id, "1");
        await().atMost(60, SECONDS).until(() -> state(id).path("waiting").intValue() == 1);
        assertThat(http.send("DELETE", "/sessions/" + id, new byte[0]).status()).isEqualTo(200);
        ObjectNode cancelled = Shapes.failure(running.join(), "cancelled");
        assertThat(cancelled.at("/run/session").textValue()).isEqualTo("ended");
        assertExpired(waiting.join(), id, "It was deleted");
    }

    // --- streamed and asynchronous

    @Test
    void whatWatchesAProgramNeverSeesTheServersFrames() {
        String id = open();
        Answer answer = http.post(
                Json.object("code", "breakpoint()", "session", id, "timeout", 60, "stdin", "n\nn\nn\nn\nquit\n"));
        assertThat(answer.text()).contains("(Pdb)").doesNotContain("sandbox>", "interpreter.py", "bottom.py");
        String watch = """
                import sys
                seen = []
                def watch(frame, event, argument):
                    seen.append(frame.f_code.co_filename)
                class Value:
                    def __repr__(self): return 'value'
                sys.setprofile(watch)
                sys.settrace(watch)
                Value()""";
        assertThat(result(run(id, watch))).isEqualTo("value");
        assertThat(result(run(id, "def f(): pass\nf()\n'main.py (run 3)' in seen")))
                .isEqualTo("True");
        assertThat(result(run(
                        id, "sys.settrace(None)\nsys.setprofile(None)\n[name for name in seen if 'sandbox>' in name]")))
                .isEqualTo("[]");
    }

    @Test
    void hookForExceptionsHasNothingBelowIt() {
        String id = open();
        Shapes.success(run(id, "import sys\nsys.excepthook = lambda *e: print(sys._getframe().f_back)"));
        assertThat(run(id, "1 / 0").json().path("output").textValue()).isEqualTo("None\n");
        assertThat(result(run(id, "2 + 3"))).isEqualTo("5");
    }

    @Test
    void streamInASessionIsLive() throws Exception {
        String id = open();
        Shapes.success(run(id, "import threading\ngo = threading.Event()\nthreading.Timer(5, go.set).start()"));
        String body = Json.object("code", "print('first')\ngo.wait()\n8", "session", id, "timeout", 30);
        try (EventReader events =
                new EventReader(http.stream(body, "Accept", "text/event-stream").body())) {
            assertThat(events.next().text()).isEqualTo("first\n");
            assertThat(state(id).path("status").textValue()).isEqualTo("running");
            assertThat(events.next().json().at("/run/result/text~1plain").textValue())
                    .isEqualTo("8");
        }
    }

    @Test
    void readerWhoLeavesEndsTheRunAndNotTheSession() throws Exception {
        String id = open();
        Shapes.success(run(id, "x = 1"));
        String body = Json.object("code", SLEEP, "session", id, "timeout", 60);
        try (EventReader events =
                new EventReader(http.stream(body, "Accept", "text/event-stream").body())) {
            assertThat(events.next().text()).isEqualTo("here\n");
        }
        await().atMost(60, SECONDS)
                .until(() -> state(id).path("status").textValue().equals("idle"));
        assertThat(result(run(id, "x"))).isEqualTo("1");
    }

    @Test
    void asynchronousRunsInASessionCanBeCancelled() {
        String id = open();
        Answer first = later(id, "x = 2\n" + SLEEP);
        awaitRunning(id);
        Answer waits = cancel(later(id, "x = 3"));
        assertThat(waits.json().at("/answer/details").textValue()).isEqualTo("Execution was cancelled before it began");
        Answer ran = cancel(first);
        for (Answer cancelled : List.of(waits, ran)) {
            assertThat(cancelled.json().at("/answer/run/reason").textValue()).isEqualTo("cancelled");
            assertThat(cancelled.json().at("/answer/run/session").textValue()).isEqualTo("open");
            assertThat(cancelled.json().at("/answer/run/result").isNull()).isTrue();
            assertThat(cancelled.json().at("/answer/run/displays")).isEmpty();
        }
        assertThat(result(run(id, "x"))).isEqualTo("2");
    }

    private Answer later(String id, String code) {
        byte[] body = Json.object("code", code, "session", id, "timeout", 60).getBytes(StandardCharsets.UTF_8);
        Answer accepted =
                http.send("POST", "/execute", body, "Content-Type", "application/json", "Prefer", "respond-async");
        assertThat(accepted.status()).isEqualTo(202);
        return accepted;
    }

    private Answer cancel(Answer accepted) {
        return http.send("DELETE", accepted.required("Location"), new byte[0]);
    }
}
