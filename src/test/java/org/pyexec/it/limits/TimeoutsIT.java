package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Processes;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Shapes;

/** Programs that exceed their time limit, and the processes that they leave running. */
@Order(5) // waits for long
@Tag("slow")
@Tag("engine")
@NeedsServer
class TimeoutsIT {

    private final Http http;

    TimeoutsIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @CsvSource({"1,1 second", "2,2 seconds", "1.5,1.5 seconds"})
    void timeoutIsOnePlainSentence(double seconds, String words) {
        ObjectNode json = Shapes.failure(http.execute("while True: pass", seconds), "timeout");
        assertThat(json.path("details").textValue()).isEqualTo("Execution timed out after " + words);
        assertThat(json.at("/run/durationMs").longValue()).isGreaterThanOrEqualTo((long) (seconds * 1000));
    }

    @Test
    void tinyTimeoutIsATimeout() {
        ObjectNode json = Shapes.failure(http.execute("while True: pass", 1e-9), "timeout");
        assertThat(json.path("details").textValue()).startsWith("Execution timed out after ");
    }

    @Test
    void defaultTimeoutIsThirtySecondsAndTheLargestSixty() {
        String waiting = "import threading; print('on'); threading.Event().wait()";
        CompletableFuture<Answer> byDefault = http.postLater(Json.object("code", waiting));
        CompletableFuture<Answer> atMost = http.executeLater(waiting, 61);
        CompletableFuture<Answer> farBeyond = http.postLater("{\"code\":\"while True: pass\",\"timeout\":1e9}");
        assertThat(Shapes.failure(byDefault.join(), "timeout").path("details").textValue())
                .isEqualTo("Execution timed out after 30 seconds");
        assertThat(Shapes.failure(atMost.join(), "timeout").path("details").textValue())
                .isEqualTo("Execution timed out after 60 seconds");
        assertThat(Shapes.failure(farBeyond.join(), "timeout").path("details").textValue())
                .isEqualTo("Execution timed out after 60 seconds");
    }

    @Test
    void whatWasPrintedBeforeTheKillIsThere() {
        ObjectNode json = Shapes.failure(http.execute("""
                        import sys
                        print('line 1')
                        print('line 2')
                        print('error line', file=sys.stderr)
                        while True: pass
                        """, 1), "timeout");
        assertThat(json.path("output").textValue()).isEqualTo("line 1\nline 2\n");
        assertThat(json.at("/run/stderr").textValue()).startsWith("error line\n");
    }

    @Test
    void programThatIgnoresEverySignalIsEndedInTime() {
        ObjectNode json = Shapes.failure(http.execute("""
                        import signal
                        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                            signal.signal(number, signal.SIG_IGN)
                        print('ignoring')
                        while True: pass
                        """, 1), "timeout");
        assertThat(json.path("output").textValue()).isEqualTo("ignoring\n");
    }

    @Test
    void programThatStopsItselfIsEndedInTime() {
        Shapes.failure(http.execute("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", 1), "timeout");
    }

    @Test
    void programThatBlocksInNativeCodeIsEndedInTime() {
        Shapes.failure(http.execute("""
                        import ctypes
                        ctypes.PyDLL(None).pause()
                        """, 1), "timeout");
    }

    @Test
    void programThatClosesItsStreamsAndHangsIsEndedInTime() {
        Shapes.failure(http.execute("import os\nos.close(1)\nos.close(2)\nwhile True: pass", 1), "timeout");
    }

    @Test
    void daemonDoesNotDelayTheAnswerAndIsGone(Server server) {
        String marker = Processes.marker();
        Shapes.success(server.http().execute(Processes.startDaemon(marker) + "print('main is done')", 60));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Processes.withArgument(marker).isEmpty());
    }

    @Test
    void timedOutProgramIsKilledWithItsChildren(Server server) {
        String marker = Processes.marker();
        String program = Processes.startDaemon(marker) + "print('begun', flush=True)\nwhile True: pass";
        ObjectNode json = Shapes.failure(server.http().execute(program, 5), "timeout");
        assertThat(json.path("output").textValue()).isEqualTo("begun\n");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Processes.withArgument(marker).isEmpty());
    }

    @Test
    void runOfAClientThatWentAwayEndsAtItsTimeoutAtTheLatest(Server server) throws IOException {
        String marker = Processes.marker();
        byte[] body = Json.object("code", Processes.startDaemon(marker) + "while True: pass", "timeout", 20)
                .getBytes(StandardCharsets.UTF_8);
        try (RawConnection connection = RawConnection.to(server.baseUrl())) {
            connection.send(RawConnection.executeHead(body.length));
            connection.send(body);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !Processes.withArgument(marker).isEmpty());
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Processes.withArgument(marker).isEmpty());
    }

    @Test
    void doubleForkedDaemonThatHoldsTheStreamsDoesNotDelayTheAnswer() {
        ObjectNode json = Shapes.success(http.execute("""
                import os
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        while True: pass
                    os._exit(0)
                os.wait()
                print('main is done')
                """, 60));
        assertThat(json.path("output").textValue()).isEqualTo("main is done\n");
    }
}
