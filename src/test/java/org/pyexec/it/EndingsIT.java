package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that fail, are killed, or meet a limit. */
@Tag("engine")
@ExtendWith(SharedServer.class)
class EndingsIT {

    private final Http http;

    EndingsIT(Http http) {
        this.http = http;
    }

    @Test
    void exampleErrorOfTheSpecificationGivesItsAnswer() {
        ObjectNode json = Shapes.failure(http.execute("x = = 1"), "error");
        assertThat(Json.fields(json)).containsSubsequence("error", "details", "success", "timestamp");
        assertThat(json.path("details").textValue()).contains("SyntaxError: invalid syntax");
        assertThat(json.path("output").textValue()).doesNotContain("SyntaxError");
    }

    @Test
    void uncaughtExceptionGivesItsTraceback() {
        ObjectNode json = Shapes.failure(http.execute("""
                        def inner(n):
                            return 1 / n

                        print('before')
                        inner(0)
                        """), "error");
        String details = json.path("details").textValue();
        assertThat(details)
                .contains("Traceback (most recent call last)")
                .contains("main.py\", line 5, in <module>")
                .contains("main.py\", line 2, in inner")
                .contains("return 1 / n")
                .contains("inner(0)")
                .contains("ZeroDivisionError: division by zero");
        assertThat(details.lines().filter(line -> line.contains("File \"")).count())
                .isEqualTo(2);
        assertThat(json.path("output").textValue()).isEqualTo("before\n");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(1);
        assertThat(json.get("run").get("signal").isNull()).isTrue();
    }

    @Test
    void tracebackShowsNoPathOfTheServer(Server server) {
        Answer answer = server.http().execute("raise ValueError('no')");
        assertThat(answer.text())
                .doesNotContain(server.storage().toString())
                .doesNotContain("/root", "supervisor", "zygote", "org/pyexec");
    }

    @Test
    void programThatFailedWithoutOutputHasAnEmptyOne() {
        ObjectNode json = Shapes.failure(http.execute("raise ValueError('no')"), "error");
        assertThat(json.path("output").isTextual()).isTrue();
        assertThat(json.path("output").textValue()).isIn("", "Code executed successfully (no output)");
        assertThat(json.path("output").textValue()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3,3", "255,255", "300,44", "-1,255"})
    void exitCodeIsReported(int status, int reported) {
        ObjectNode json =
                Shapes.failure(http.execute("import sys; print('x'); sys.exit(%d)".formatted(status)), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(reported);
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
        assertThat(json.path("details").textValue()).contains(Integer.toString(reported));
    }

    @Test
    void exitWithTextPrintsItToStderr() {
        ObjectNode json = Shapes.failure(http.execute("import sys; sys.exit('a text')"), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(1);
        assertThat(json.at("/run/stderr").textValue()).isEqualTo("a text\n");
    }

    @Test
    void exitOfTheProcessIsReported() {
        ObjectNode json = Shapes.failure(http.execute("import os; print('x', flush=True); os._exit(7)"), "error");
        assertThat(json.at("/run/exitCode").intValue()).isEqualTo(7);
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGSEGV", "SIGKILL", "SIGTERM", "SIGABRT", "SIGUSR1"})
    void signalIsReportedByName(String signal) {
        ObjectNode json = Shapes.failure(
                http.execute("import os, signal; print('x'); os.kill(os.getpid(), signal.%s)".formatted(signal)),
                "killed");
        assertThat(json.at("/run/signal").textValue()).isEqualTo(signal);
        assertThat(json.get("run").get("exitCode").isNull()).isTrue();
        assertThat(json.path("output").textValue()).isEqualTo("x\n");
        assertThat(json.path("details").textValue()).contains(signal);
    }

    @Test
    void crashOfTheInterpreterIsReported() {
        ObjectNode json = Shapes.failure(http.execute("import ctypes; ctypes.string_at(0)"), "killed");
        assertThat(json.at("/run/signal").textValue()).isEqualTo("SIGSEGV");
    }

    @Test
    void deepRecursionIsAnOrdinaryError() {
        ObjectNode json = Shapes.failure(http.execute("def f(): f()\nf()"), "error");
        assertThat(json.path("details").textValue()).contains("RecursionError");
    }

    @Test
    void tracebackOfAMillionCharactersIsCut() {
        ObjectNode json = Shapes.failure(http.execute("raise ValueError('x' * 3_000_000)"), "error");
        assertThat(json.path("details").textValue().length()).isLessThan(2_200_000);
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
        await().atMost(Duration.ofSeconds(5))
                .until(() -> Processes.withArgument(marker).isEmpty());
    }

    @Test
    void timedOutProgramIsKilledWithItsChildren(Server server) {
        String marker = Processes.marker();
        CompletableFuture<Answer> run =
                server.http().executeLater(Processes.startDaemon(marker) + "while True: pass", 5);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !Processes.withArgument(marker).isEmpty());
        Shapes.failure(run.join(), "timeout");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> Processes.withArgument(marker).isEmpty());
    }

    @Test
    void runOfAClientThatWentAwayEndsAtItsTimeoutAtTheLatest(Server server) throws IOException {
        String marker = Processes.marker();
        byte[] body = Json.object("code", Processes.startDaemon(marker) + "while True: pass", "timeout", 4)
                .getBytes(StandardCharsets.UTF_8);
        try (RawConnection connection = RawConnection.to(server.baseUrl())) {
            connection.send(RawConnection.head(
                    "POST",
                    "/execute",
                    "Content-Type",
                    "application/json",
                    "Content-Length",
                    Integer.toString(body.length)));
            connection.send(body);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !Processes.withArgument(marker).isEmpty());
        }
        await().atMost(Duration.ofSeconds(20))
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

    @Test
    void floodOfOutputIsStopped() {
        ObjectNode json = Shapes.failure(http.execute("""
                        line = 'x' * 1023
                        for _ in range(100 * 1024):
                            print(line)
                        """), "output");
        assertThat(json.path("details").textValue()).contains("64");
        assertThat(json.at("/run/truncated").booleanValue()).isTrue();
        assertThat(json.path("output").textValue()).startsWith("xxx").hasSize(1024 * 1024);
    }

    @Test
    void endlessOutputWithoutALineIsStopped() {
        Shapes.failure(http.execute("import os\nwhile True: os.write(2, b'x' * 65536)"), "output");
    }

    @Test
    void outputBelowTheFloodLimitIsNotPunished() {
        ObjectNode json = Shapes.success(http.execute("""
                line = 'x' * 1023
                for _ in range(48 * 1024):
                    print(line)
                """));
        assertThat(json.at("/run/truncated").booleanValue()).isTrue();
    }

    @Test
    void programThatAsksForTooMuchMemoryIsToldTheLimit() {
        ObjectNode json = Shapes.failure(http.execute("print('a')\nx = bytearray(4 << 30)"), "memory");
        assertThat(firstLine(json)).contains("512");
        assertThat(json.path("details").textValue()).contains("Traceback", "main.py\", line 2", "MemoryError");
        assertThat(json.path("output").textValue()).isEqualTo("a\n");
    }

    @Test
    void programThatFillsMemoryPieceByPieceMeetsTheLimit() {
        ObjectNode json = Shapes.failure(http.execute("""
                        kept = []
                        while True:
                            kept.append(b'x' * (16 * 1024 * 1024) + bytes([len(kept) % 256]))
                        """), "memory");
        assertThat(firstLine(json)).contains("512");
    }

    @Test
    void caughtMemoryErrorIsNoFailure() {
        ObjectNode json = Shapes.success(http.execute("""
                try:
                    x = bytearray(4 << 30)
                except MemoryError:
                    print('caught')
                """));
        assertThat(json.path("output").textValue()).isEqualTo("caught\n");
    }

    @Test
    void programThatForksTooOftenIsToldTheLimit() {
        ObjectNode json = Shapes.failure(http.execute("""
                        import os, signal
                        while True:
                            if os.fork() == 0:
                                signal.pause()
                        """), "processes");
        assertThat(firstLine(json)).contains("64");
        assertThat(json.path("details").textValue()).contains("Traceback", "BlockingIOError");
    }

    @Test
    void caughtForkErrorIsNoFailure() {
        ObjectNode json = Shapes.success(http.execute("""
                import os, signal
                children = 0
                try:
                    while True:
                        if os.fork() == 0:
                            signal.pause()
                        children += 1
                except BlockingIOError:
                    print(children <= 64, children > 16)
                """));
        assertThat(json.path("output").textValue()).isEqualTo("True True\n");
    }

    @Test
    void forkBombIsEndedAndTheServerGoesOn() {
        Answer answer = http.execute("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", 3);
        assertThat(Shapes.failure(answer, "timeout").path("success").booleanValue())
                .isFalse();
        Shapes.success(http.execute("print(1)"));
    }

    @Test
    void programThatFillsTheDiskIsToldTheLimit() {
        ObjectNode json = Shapes.failure(http.execute("""
                        with open('big.bin', 'wb') as f:
                            for _ in range(200):
                                f.write(b'x' * (1024 * 1024))
                        """), "disk");
        assertThat(firstLine(json)).contains("64");
        assertThat(json.path("details").textValue()).contains("Traceback", "main.py\", line");
    }

    @Test
    void caughtDiskErrorIsNoFailure() {
        ObjectNode json = Shapes.success(http.execute("""
                import errno, os
                f = open('big.bin', 'wb', buffering=0)
                try:
                    for _ in range(200):
                        f.write(b'x' * (1024 * 1024))
                except OSError as e:
                    print(errno.errorcode[e.errno])
                os.remove('big.bin')
                """));
        assertThat(json.path("output").textValue()).isIn("ENOSPC\n", "EFBIG\n", "EDQUOT\n");
    }

    @Test
    void millionsOfEmptyFilesAreStoppedToo() {
        ObjectNode json = Shapes.failure(http.execute("""
                        i = 0
                        while True:
                            open(f'{i}', 'w').close()
                            i += 1
                        """, 30), "disk");
        assertThat(json.path("generatedFiles").size()).isLessThanOrEqualTo(100);
    }

    @Test
    void memoryErrorThatNoLimitCausedIsAnOrdinaryError() {
        Answer answer = http.execute("raise MemoryError('my own')");
        assertThat(answer.json().path("details").textValue()).contains("MemoryError: my own");
    }

    private static String firstLine(ObjectNode failure) {
        return failure.path("details").textValue().lines().findFirst().orElse("");
    }
}
