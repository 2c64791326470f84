package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Programs that meet a limit of output, memory, processes or disk. */
@Tag("engine")
@NeedsServer
class ProgramLimitsIT {

    private final Http http;

    ProgramLimitsIT(Http http) {
        this.http = http;
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
