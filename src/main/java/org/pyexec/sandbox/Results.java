package org.pyexec.sandbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a program shows: MIME bundles, objects from MIME type to text, binary data in Base64, or for JSON any JSON value.
 *
 * @param displays of {@code display()}, in their order
 * @param result of the last expression
 */
public record Results(List<JsonNode> displays, Optional<JsonNode> result) {

    /** Nothing is shown. */
    public static final Results NONE = new Results(List.of(), Optional.empty());

    private static final int MAX_DISPLAYS = 100;
    private static final int MAX_NESTING = 64;
    private static final int MAX_LINE = 8 << 20;
    /** In all lines together: each costs some hundred bytes of memory, however short it is. */
    private static final long MAX_TOKENS = 500_000;

    private static final ObjectReader READER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxStringLength(MAX_LINE)
                            .maxNumberLength(5000)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();

    public Results {
        displays = List.copyOf(displays);
    }

    /** Reads what a program has written, as display.py does or in whatever way: what is no bundle is left out. */
    static Results read(String lines) {
        List<JsonNode> displays = new ArrayList<>();
        Optional<JsonNode> result = Optional.empty();
        long tokensLeft = MAX_TOKENS;
        for (String line : lines.split("\n", MAX_DISPLAYS + 2)) {
            tokensLeft -= countTokens(line, tokensLeft);
            Optional<JsonNode> entry = tokensLeft > 0 ? parse(line) : Optional.empty();
            Optional<JsonNode> bundle = entry.map(each -> each.path(1)).filter(Results::isBundle);
            String kind = entry.map(each -> each.path(0).asText()).orElse("");
            if (bundle.isPresent() && kind.equals("display") && displays.size() < MAX_DISPLAYS) {
                displays.add(bundle.get());
            } else if (bundle.isPresent() && kind.equals("result")) {
                result = bundle;
            }
        }
        return new Results(displays, result);
    }

    /** At most so many; nonsense has those before it. */
    private static long countTokens(String line, long most) {
        long count = 0;
        try (JsonParser parser = READER.createParser(line)) {
            while (count < most && parser.nextToken() != null) {
                count++;
            }
        } catch (IOException nonsense) {
            return count;
        }
        return count;
    }

    private static Optional<JsonNode> parse(String line) {
        try {
            return Optional.of(READER.readTree(line)).filter(JsonNode::isArray);
        } catch (JsonProcessingException nonsense) {
            return Optional.empty();
        }
    }

    private static boolean isBundle(JsonNode bundle) {
        return bundle.isObject() && bundle.properties().stream().allMatch(Results::isWellTyped);
    }

    private static boolean isWellTyped(Map.Entry<String, JsonNode> data) {
        return data.getValue().isTextual() || data.getKey().endsWith("json");
    }
}
