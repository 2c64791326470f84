package org.pyexec.sandbox;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the frame with the result of a file operation, as docs/protocol.md describes it. */
final class FilesAnswer {

    private static final int ENTRY_PARTS = 3;

    private FilesAnswer() {}

    static FilesReport read(Frames.Fields fields) throws IOException {
        String word = fields.text("outcome").orElse("");
        try {
            List<FilesReport.Entry> entries = new ArrayList<>();
            for (String entry : fields.texts("entry")) {
                entries.add(entry(entry));
            }
            return new FilesReport(
                    FilesReport.Outcome.valueOf(word.toUpperCase(Locale.ROOT)),
                    fields.text("details").orElse(""),
                    entries,
                    fields.number("truncated") == 1,
                    fields.texts("skipped").stream().map(SkippedFile::read).toList(),
                    Math.toIntExact(fields.number("skipped-count")));
        } catch (IllegalArgumentException e) {
            throw new IOException("An answer about files that does not exist: " + word, e);
        }
    }

    /** Size, milliseconds since 1970, name; names have no zero characters. */
    private static FilesReport.Entry entry(String text) {
        String[] parts = text.split("\0", -1);
        if (parts.length != ENTRY_PARTS) {
            throw new IllegalArgumentException("not an entry");
        }
        return new FilesReport.Entry(
                parts[2], Long.parseLong(parts[0]), Instant.ofEpochMilli(Long.parseLong(parts[1])));
    }
}
