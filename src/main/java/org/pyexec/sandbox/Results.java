package org.pyexec.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The displays and the result of a program, as MIME bundles. A bundle is a JSON object: its keys are MIME types, its
 * values text, Base64 for binary data, or any value for JSON types. Each bundle is kept as the line of text that the
 * program wrote, because a parsed tree would take many times its memory.
 *
 * @param displays of {@code display()}, in their order
 * @param result of the last expression
 */
public record Results(List<String> displays, Optional<String> result) {

    /** Nothing is shown. */
    public static final Results NONE = new Results(List.of(), Optional.empty());

    private static final int MAX_DISPLAYS = 100;
    private static final int MAX_NESTING = 64;
    private static final int MAX_LINE = 8 << 20;
    /** In all lines together: whoever reads the answer pays for each. */
    private static final long MAX_TOKENS = 500_000;

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(MAX_LINE)
                    .maxNumberLength(5000)
                    .build())
            // Its table would keep names for all who come later, up to hundreds of megabytes.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    public Results {
        displays = List.copyOf(displays);
    }

    /** Reads what a program has written, as display.py does or in whatever way: what is no bundle is left out. */
    static Results read(String lines) {
        List<String> displays = new ArrayList<>();
        Optional<String> result = Optional.empty();
        long tokensLeft = MAX_TOKENS;
        for (int begin = 0, count = 0; begin <= lines.length() && count < MAX_DISPLAYS + 2; count++) {
            int end = lines.indexOf('\n', begin);
            Line line = Line.read(lines.substring(begin, end < 0 ? lines.length() : end), tokensLeft);
            begin = end < 0 ? lines.length() + 1 : end + 1;
            tokensLeft -= line.tokens();
            if (line.bundle().isPresent() && line.kind().equals("display") && displays.size() < MAX_DISPLAYS) {
                displays.add(line.bundle().get());
            } else if (line.bundle().isPresent() && line.kind().equals("result")) {
                result = line.bundle();
            }
        }
        return new Results(displays, result);
    }

    /**
     * One line.
     *
     * @param tokens how many there were in it, at least as far as it was read
     */
    private record Line(String kind, Optional<String> bundle, long tokens) {

        static Line read(String text, long mostTokens) {
            Reader reader = new Reader(text, mostTokens);
            try (JsonParser parser = JSON.createParser(text)) {
                return new Line(reader.kind(parser), reader.bundle(parser), reader.tokens);
            } catch (IOException nonsense) {
                return new Line("", Optional.empty(), reader.tokens);
            }
        }
    }

    /** Reads an array of a kind and a bundle; what follows in it is passed over. */
    private static final class Reader {

        private final String text;
        private final long mostTokens;
        private long tokens;

        Reader(String text, long mostTokens) {
            this.text = text;
            this.mostTokens = mostTokens;
        }

        String kind(JsonParser parser) throws IOException {
            if (next(parser) != JsonToken.START_ARRAY || next(parser) != JsonToken.VALUE_STRING) {
                throw new IOException("no array of a kind");
            }
            return parser.getText();
        }

        Optional<String> bundle(JsonParser parser) throws IOException {
            if (next(parser) != JsonToken.START_OBJECT) {
                throw new IOException("no bundle");
            }
            int begin = (int) parser.currentTokenLocation().getCharOffset();
            while (next(parser) == JsonToken.FIELD_NAME) {
                boolean json = parser.currentName().endsWith("json");
                if (next(parser) != JsonToken.VALUE_STRING && !json) {
                    throw new IOException("neither text nor JSON");
                }
                skipValue(parser);
            }
            int end = (int) parser.currentLocation().getCharOffset();
            while (next(parser) != JsonToken.END_ARRAY) {
                skipValue(parser);
            }
            if (next(parser) != JsonToken.NOT_AVAILABLE) {
                throw new IOException("more than one value");
            }
            // Between its tokens a line may be broken by a lone carriage return.
            return Optional.of(text.substring(begin, end).replace('\r', ' '));
        }

        private void skipValue(JsonParser parser) throws IOException {
            JsonToken token = parser.currentToken();
            int depth = token.isStructStart() ? 1 : 0;
            while (depth > 0) {
                token = next(parser); // a parser throws where an array or object is not closed
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
        }

        /** The next token; the end of the text is none. */
        private JsonToken next(JsonParser parser) throws IOException {
            if (tokens >= mostTokens) {
                throw new IOException("too many values");
            }
            tokens++;
            JsonToken token = parser.nextToken();
            return token == null ? JsonToken.NOT_AVAILABLE : token;
        }
    }
}
