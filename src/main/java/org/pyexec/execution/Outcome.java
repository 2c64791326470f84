package org.pyexec.execution;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.pyexec.files.HostedFile;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Results;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SkippedFile;
import org.pyexec.sandbox.Termination;

/**
 * The outcome of a program that was run, whether it succeeded or failed.
 *
 * @param stdout what it printed, decoded as UTF-8 with replacement
 * @param files what it left behind, stored for download, sorted by name
 * @param skippedFiles what it left behind and is not to be had: the sandbox's list and the store's; at most 100
 * @param skippedFileCount how many were left out in all
 * @param finished when it had ended
 * @param python version of the interpreter
 * @param tier name of the sandbox tier
 * @param waited from its arrival until it had a slot
 */
public record Outcome(
        RunReport report,
        String stdout,
        String stderr,
        List<HostedFile> files,
        List<SkippedFile> skippedFiles,
        int skippedFileCount,
        Instant finished,
        String python,
        String tier,
        Duration waited) {

    private static final long LISTED_BYTES = 4096;

    public Outcome {
        files = List.copyOf(files);
        skippedFiles = List.copyOf(skippedFiles);
    }

    /** How much memory an answer in JSON takes, roughly in bytes, while it is made: its parts, and then all of it. */
    long heldByAnswer() {
        long shown = report.results()
                .map(results -> results.displays().stream()
                                .mapToLong(Outcome::jsonBytes)
                                .sum()
                        + results.result().map(Outcome::jsonBytes).orElse(0L))
                .orElse(0L);
        long names = LISTED_BYTES * (files.size() + skippedFiles.size());
        return 2
                * (jsonBytes(stdout)
                        + jsonBytes(stderr)
                        + jsonBytes(report.termination().details())
                        + report.termination()
                                .raised()
                                .map(raised -> jsonBytes(raised.value()))
                                .orElse(0L)
                        + shown
                        + names);
    }

    /** At most: control characters are written as six (RFC 8259, section 7), others as UTF-8. */
    private static long jsonBytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        }
        return bytes;
    }

    /** Of a program that was cancelled before it had begun. */
    static Outcome cancelled(
            Program program, RunReport.Session session, Duration waited, Instant when, SandboxStatus sandbox) {
        Optional<Results> results = program.shows() ? Optional.of(Results.NONE) : Optional.empty();
        Termination termination = new Termination(
                Termination.Reason.CANCELLED,
                OptionalInt.empty(),
                Optional.empty(),
                "Execution was cancelled before it began");
        return new Outcome(
                RunReport.ofNone(termination, results, session),
                "",
                "",
                List.of(),
                List.of(),
                0,
                when,
                sandbox.pythonVersion().orElse("unknown"),
                sandbox.tier().orElse("unknown"),
                waited);
    }
}
