package org.pyexec.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.pyexec.sandbox.SessionTerms;

/** The body of {@code POST /sessions}, which need not be there. */
final class SessionRequest {

    private static final Set<String> FIELDS = Set.of("allow_network", "limits");

    private SessionRequest() {}

    /**
     * Reads it.
     *
     * @throws BadRequest with a sentence that says what is wrong with it
     */
    static SessionTerms read(ObjectMapper json, InputStream body) throws IOException {
        byte[] bytes = body.readAllBytes();
        if (bytes.length == 0) {
            return terms(json.createObjectNode());
        }
        JsonNode root = ExecuteRequest.parse(json, new ByteArrayInputStream(bytes), FIELDS);
        if (!root.isObject()) {
            throw new BadRequest("Invalid request", "The body, if there is one, must be a JSON object.");
        }
        return terms(root);
    }

    private static SessionTerms terms(JsonNode root) {
        return new SessionTerms(ExecuteRequest.flag(root, "allow_network"), LimitFields.read(root));
    }
}
