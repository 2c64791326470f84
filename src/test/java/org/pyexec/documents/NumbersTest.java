package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Intervals and limits that documents state, each beside the line of code that it rests on. Whoever changes that line changes the
 * document, and both here.
 */
class NumbersTest {

    private static final String API = "docs/api.md";
    private static final String ARCHITECTURE = "docs/architecture.md";
    private static final String CONFIGURATION = "docs/configuration.md";
    private static final String DEPLOYMENT = "docs/deployment.md";
    private static final String PROTOCOL = "docs/protocol.md";

    /** A part of a sentence, and a part of the code. */
    private record Claim(String document, String sentence, String code) {}

    private static Stream<Claim> numbers() {
        return Stream.of(
                // time
                new Claim(API, "| 30; values above 60 count as 60 |", "DEFAULT_TIMEOUT_SECONDS = 30;"),
                new Claim(
                        CONFIGURATION,
                        "30 s, or what `timeout` says: fractions too, 60 s at most",
                        "MAX_TIMEOUT_SECONDS = 60;"),
                new Claim(API, "does not stop within two seconds", "INTERRUPT_SECONDS = 2.0"),
                new Claim(API, "A comment arrives every second", "HEARTBEAT = Duration.ofSeconds(1)"),
                new Claim(API, "may use 60 seconds of processor time", "\"idle-cpu-seconds\", \"60\""),
                new Claim(API, "the client sent nothing for 30 seconds", "maxUploadBytes, Duration.ofSeconds(30)"),
                new Claim(API, "after five minutes, less than 8 KiB per second", "LEISURE = Duration.ofMinutes(5)"),
                new Claim(ARCHITECTURE, "files, executions and sessions every 30 seconds", "second = \"*/30\""),
                new Claim("docs/adr/short-decisions.md", "a sweep every 30 seconds", "second = \"*/30\""),
                new Claim(ARCHITECTURE, "replaces the old one every ten minutes", "\"renewal-seconds\", \"600\""),
                new Claim(DEPLOYMENT, "takes place every ten minutes", "\"renewal-seconds\", \"600\""),
                new Claim(ARCHITECTURE, "expects a line every second", "BEAT_SECONDS = 1.0"),
                new Claim(ARCHITECTURE, "silent for twenty seconds", "PATIENCE = Duration.ofSeconds(20)"),
                new Claim(PROTOCOL, "silent for twenty seconds", "PATIENCE = Duration.ofSeconds(20)"),
                new Claim(DEPLOYMENT, "adds it up twenty times a second", "INTERVAL = 0.05"),
                new Claim(CONFIGURATION, "a download waits 45 seconds at most", "_SECONDS = 45;"),
                new Claim(CONFIGURATION, "takes nothing for half a minute", "WINDOW_SECONDS = 30;"),
                // of a program
                new Claim(API, "1,000 arguments, 1,000 variables", "MAX_WORDS = 1000;"),
                new Claim(API, "and 100 files of 20 MB each, 50 MB together", "MAX_BYTES = 50L << 20;"),
                new Claim(CONFIGURATION, "100 files, 20 MiB each", "MAX_FILES = 100\n"),
                new Claim(CONFIGURATION, "20 MiB each, 50 MiB together", "MAX_FILES_BYTES = 50 << 20"),
                new Claim(CONFIGURATION, "100 files, 20 MiB each", "MAX_FILE_BYTES = 20 << 20"),
                new Claim(CONFIGURATION, "32 folders deep", "MAX_DEPTH = 32\n"),
                new Claim(CONFIGURATION, "At 64 MiB the program is ended", "FLOOD_BYTES = 64 << 20"),
                new Claim(CONFIGURATION, "The last 64 KiB of the stream", "MAX_END_BYTES = 64 << 10"),
                new Claim(CONFIGURATION, "1,024 for each process", "OPEN_FILES = 1024"),
                new Claim(CONFIGURATION, "3 for one program (tier `namespaces`)", "TERMINALS = 3"),
                new Claim(CONFIGURATION, "at most 8 of its process sessions", "BUSY_SESSIONS = 8"),
                new Claim(CONFIGURATION, "The soft limit of the stack is 8 MB", "STACK_BYTES = 8 << 20"),
                new Claim(API, "A run keeps 100 displays", "MAX_DISPLAYS = 100;"),
                new Claim(API, "8 MiB of displays together", "RESULT_BYTES = 8 << 20"),
                new Claim(PROTOCOL, "big-endian, at most 64 MiB", "MAX_PAYLOAD = 64 << 20;"),
                new Claim(PROTOCOL, "at most 200 and 4000 characters", "MAX_EXCEPTION_VALUE = 4000"),
                // of a server
                new Claim(API, "in the order of their arrival; 32 may wait", "MAX_WAITING = 32;"),
                new Claim(CONFIGURATION, "wait for a slot, each for 30 seconds at most", "Duration.ofSeconds(30),\n"),
                new Claim(CONFIGURATION, "48 for one client, 96 for all", "new Writers(48, 8)"),
                new Claim(CONFIGURATION, "48 for one client, 96 for all", "Bounds(96, 160)"),
                new Claim(CONFIGURATION, "32 for one client (429), 128 for all (503)", "new Writers(32, 0)"),
                new Claim(CONFIGURATION, "32 for one client (429), 128 for all (503)", "Bounds(128, 128)"),
                new Claim(CONFIGURATION, "half of the heap without 96 MB", "OWN_BYTES = 96L << 20;"),
                new Claim(CONFIGURATION, "above 256 KiB each", "IN_MEMORY_BYTES = 256 << 10;"),
                new Claim(CONFIGURATION, "32 times the longest one for all", "BODIES_ON_DISK = 32;"),
                new Claim(CONFIGURATION, "names are cut to 255 bytes", "MAX_BYTES = 255;"));
    }

    @TestFactory
    Stream<DynamicTest> documentsSayWhatTheCodeSays() {
        String code = Sources.all();
        return numbers()
                .map(number -> DynamicTest.dynamicTest(number.sentence(), () -> {
                    assertThat(Markdown.read(number.document()).sentences()).contains(number.sentence());
                    assertThat(code.contains(number.code())).as(number.code()).isTrue();
                }));
    }
}
