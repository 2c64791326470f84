package org.pyexec.api;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * Reads the known fields of a request; others are skipped and not kept.
 *
 * <p>A name, value or bracket costs some hundred bytes of memory, however short it is: a body of megabytes would become a
 * tree of hundreds. So what is kept is bounded in their number too.
 */
public final class RequestJson {

    private static final int MAX_TOKENS = 50_000;

    /** A string of one long value: in pieces, put together, and as it is kept, each with two bytes for a character. */
    private static final int HELD_PER_BYTE = 7;

    private static final int HELD_PER_TOKEN = 200;

    private RequestJson() {}

    /** How much memory a body takes at most while it is read and becomes a program. */
    public static long heldBytes(long bodyBytes) {
        long bytes = Math.max(0, bodyBytes); // where there is none, its length may be unknown
        return HELD_PER_BYTE * bytes + HELD_PER_TOKEN * Math.min(MAX_TOKENS, bytes / 2);
    }

    /**
     * The object with the known fields that are not null; a missing node when the body is well-formed and no object.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException if it is not well-formed, or beyond a bound
     */
    static JsonNode read(ObjectMapper json, InputStream body, Set<String> known) throws IOException {
        try (JsonParser parser = json.createParser(body)) {
            JsonNode root =
                    parser.nextToken() == JsonToken.START_OBJECT ? object(json, parser, known) : skipped(parser);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "more than one value");
            }
            return root;
        }
    }

    private static JsonNode skipped(JsonParser parser) throws IOException {
        parser.skipChildren();
        return MissingNode.getInstance();
    }

    private static ObjectNode object(ObjectMapper json, JsonParser parser, Set<String> known) throws IOException {
        ObjectReader reader = json.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        JsonParser counted = new Counted(parser);
        ObjectNode root = json.createObjectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            if (known.contains(name)) {
                root.set(name, reader.readTree(counted));
            } else {
                parser.skipChildren();
            }
        }
        removeNulls(root);
        return root;
    }

    /** A field that is null was not given, at any depth: clients write out the optional fields of their types. */
    private static void removeNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        node.forEach(RequestJson::removeNulls);
    }

    private static final class Counted extends JsonParserDelegate {

        private int count;

        Counted(JsonParser parser) {
            super(parser);
        }

        @Override
        public JsonToken nextToken() throws IOException {
            if (++count > MAX_TOKENS) {
                throw new StreamConstraintsException("more than %d tokens".formatted(MAX_TOKENS));
            }
            return super.nextToken();
        }
    }
}
