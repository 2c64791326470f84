package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The documents are where others say that they are. */
class LinksTest {

    private static final long LONGEST_README = 150;
    private static final String ELSEWHERE = "(https?:|mailto:).*";

    @Test
    void readmeIsShort() {
        assertThat(Markdown.read("README.md").text().lines().count()).isLessThanOrEqualTo(LONGEST_README);
    }

    @Test
    void relativeLinksLeadToFiles() throws IOException {
        Map<String, List<String>> broken = new TreeMap<>();
        for (Markdown document : Markdown.all()) {
            List<String> links = document.links().stream()
                    .filter(link -> !link.matches(ELSEWHERE) && !Files.exists(target(document, link)))
                    .toList();
            if (!links.isEmpty()) {
                broken.put(document.path().toString(), links);
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void anchorsOfLinksAreHeadings() throws IOException {
        Map<String, List<String>> broken = new TreeMap<>();
        for (Markdown document : Markdown.all()) {
            List<String> links = document.links().stream()
                    .filter(link -> !link.matches(ELSEWHERE) && link.contains("#"))
                    .filter(link -> !Markdown.read(target(document, link).toString())
                            .anchors()
                            .contains(link.substring(link.indexOf('#') + 1)))
                    .toList();
            if (!links.isEmpty()) {
                broken.put(document.path().toString(), links);
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyPageOfDocsIsLinkedFromTheReadmeOrTheIndexOfDecisions() throws IOException {
        List<String> linked = List.of("README.md", "docs/adr/README.md").stream()
                .map(Markdown::read)
                .flatMap(document -> document.links().stream()
                        .filter(link -> !link.matches(ELSEWHERE))
                        .map(link -> target(document, link).toString()))
                .toList();
        assertThat(linked)
                .containsAll(Markdown.all().stream()
                        .map(document -> document.path().toString())
                        .filter(path -> path.startsWith("docs"))
                        .toList());
    }

    private static Path target(Markdown document, String link) {
        String path = link.replaceFirst("#.*", "");
        return path.isEmpty()
                ? document.path()
                : Path.of(".").resolve(document.path()).resolveSibling(path).normalize();
    }
}
