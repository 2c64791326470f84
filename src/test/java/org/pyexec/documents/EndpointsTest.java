package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of docs/api.md and the answer of {@code GET /api} that it prints; ReadmeIT compares that one with the server's. */
class EndpointsTest {

    private final Markdown api = Markdown.read("docs/api.md");

    @Test
    void tableListsTheEndpointsThatTheServerLists() throws IOException {
        List<String> listed = api.table("# HTTP API").stream()
                .map(row -> Markdown.code(row.get(0)).get(0))
                .toList();
        assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(endpoints());
    }

    private List<String> endpoints() throws IOException {
        for (String block : api.blocks("json")) {
            JsonNode endpoints = new ObjectMapper().readTree(block).path("endpoints");
            if (endpoints.has("GET /packages")) {
                List<String> names = new ArrayList<>();
                endpoints.fieldNames().forEachRemaining(names::add);
                return names;
            }
        }
        throw new AssertionError("docs/api.md prints no answer of GET /api");
    }
}
