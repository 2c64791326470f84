package org.pyexec.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the frame that reports the end of a program, as docs/protocol.md describes it. */
final class RunAnswer {

    static final String RESULTS = "results";

    private RunAnswer() {}

    static RunReport read(Frames.Fields fields) throws IOException {
        return new RunReport(
                termination(fields),
                Duration.ofNanos(1000 * fields.number("duration-us")),
                Duration.ofNanos(1000 * fields.number("cpu-us")),
                fields.number("peak-bytes"),
                fields.number("truncated") == 1,
                fields.texts("skipped").stream().map(SkippedFile::read).toList(),
                Math.toIntExact(fields.number("skipped-count")),
                fields.texts("blocked"),
                fields.text(RESULTS).map(Results::read),
                fields.text("session")
                        .map(word -> word.equals("ended") ? RunReport.Session.ENDED : RunReport.Session.OPEN)
                        .orElse(RunReport.Session.NONE),
                fields.texts("note"));
    }

    private static Termination termination(Frames.Fields fields) throws IOException {
        String reason = fields.text("reason").orElse("");
        Optional<String> code = fields.text("code").filter(text -> !text.isEmpty());
        try {
            return new Termination(
                    Termination.Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
                    code.isPresent() ? OptionalInt.of(Integer.parseInt(code.get())) : OptionalInt.empty(),
                    fields.text("signal").filter(text -> !text.isEmpty()),
                    fields.text("details").orElse(""),
                    fields.text("exception-type")
                            .map(type -> new Termination.Raised(
                                    type, fields.text("exception-value").orElse(""))));
        } catch (IllegalArgumentException e) {
            throw new IOException("A termination that does not exist: " + reason, e);
        }
    }
}
