package org.pyexec.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Outcome;
import org.pyexec.files.HostedFile;
import org.pyexec.sandbox.Results;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.Termination;

/** The body of an answer to {@code POST /execute} when a program ran. */
@JsonPropertyOrder({"error", "details", "output", "success", "generatedFiles", "timestamp", "executionTime", "run"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExecuteResponse(
        @Nullable String error,
        @Nullable String details,
        String output,
        boolean success,
        List<GeneratedFile> generatedFiles,
        @Nullable String timestamp,
        String executionTime,
        Run run) {

    private static final String NO_OUTPUT = "Code executed successfully (no output)";

    public static ExecuteResponse of(Outcome outcome, List<String> notes) {
        Termination termination = outcome.report().termination();
        boolean success = termination.successful();
        String finished = Json.time(outcome.finished());
        return new ExecuteResponse(
                success ? null : "Error executing Python code",
                success ? null : termination.details(),
                success && outcome.stdout().isEmpty() ? NO_OUTPUT : outcome.stdout(),
                success,
                outcome.files().stream().map(GeneratedFile::of).toList(),
                success ? null : finished,
                finished,
                Run.of(outcome, notes));
    }

    /** One file that the program left behind. */
    record GeneratedFile(
            String filename, String downloadUrl, String expires, String mimeType, long size, String sha256) {

        public static GeneratedFile of(HostedFile file) {
            return new GeneratedFile(
                    file.filename(),
                    Route.DOWNLOAD.with(file.token()),
                    Json.time(file.expires()),
                    file.mimeType(),
                    file.size(),
                    file.sha256());
        }
    }

    /** A file that the program left behind and that is not handed out. */
    record Skipped(String filename, String reason) {

        static List<Skipped> of(Outcome outcome) {
            return outcome.skippedFiles().stream()
                    .map(file -> new Skipped(file.filename(), file.reason()))
                    .toList();
        }
    }

    /** What the program raised and did not handle. */
    record Raised(String type, String value) {

        static @Nullable Raised of(Termination termination) {
            return termination
                    .raised()
                    .map(raised -> new Raised(raised.type(), raised.value()))
                    .orElse(null);
        }
    }

    /** Facts about the run. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Run(
            String reason,
            @Nullable Integer exitCode,
            @Nullable String signal,
            String stderr,
            long durationMs,
            long cpuMs,
            long peakMemoryBytes,
            boolean truncated,
            List<Skipped> skippedFiles,
            int skippedFileCount,
            List<String> blockedHosts,
            String python,
            String sandbox,
            long waitedMs,
            @Nullable Raised exception,
            List<String> notes,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            RawValue result,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<RawValue> displays,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String session) {

        public static Run of(Outcome outcome, List<String> notesOnRequest) {
            RunReport report = outcome.report();
            Termination termination = report.termination();
            return new Run(
                    termination.reason().word(),
                    termination.exitCode().isPresent() ? termination.exitCode().getAsInt() : null,
                    termination.signal().orElse(null),
                    outcome.stderr(),
                    report.duration().toMillis(),
                    report.cpu().toMillis(),
                    report.peakMemoryBytes(),
                    report.truncated(),
                    Skipped.of(outcome),
                    outcome.skippedFileCount(),
                    report.blockedHosts(),
                    outcome.python(),
                    outcome.tier(),
                    outcome.waited().toMillis(),
                    Raised.of(termination),
                    Stream.concat(notesOnRequest.stream(), report.notes().stream())
                            .toList(),
                    report.results().map(Run::result).orElse(null),
                    report.results().map(Run::displays).orElse(null),
                    session(report));
        }

        private static RawValue result(Results results) {
            return new RawValue(results.result().orElse("null"));
        }

        private static @Nullable String session(RunReport report) {
            return switch (report.session()) {
                case NONE -> null;
                case OPEN -> "open";
                case ENDED -> "ended";
            };
        }

        private static List<RawValue> displays(Results results) {
            return results.displays().stream().map(RawValue::new).toList();
        }
    }
}
