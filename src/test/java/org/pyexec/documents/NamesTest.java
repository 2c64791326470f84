package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The types and Python files that documents name are there: whoever renames one renames it in the documents. */
class NamesTest {

    /** Names of others: of Python, of its libraries, of Jakarta EE and its servers, of browsers. */
    private static final Set<String> FOREIGN = Set.of(
            "EventSource",
            "FontManager",
            "FormDataBodyPart",
            "HttpServiceContextImpl",
            "InputStream",
            "KeyboardInterrupt",
            "ManagedExecutorDefinition",
            "ManagedExecutorDescriptorDeployer",
            "MemoryError",
            "MessageBodyReader",
            "NullMarked",
            "PermissionError",
            "ServletContextListener",
            "WriteListener",
            "main.py",
            "random.py");

    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern FENCE = Pattern.compile("^ *```.*?^ *```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** A whole piece of code that is a type's name, with the room before it or a member behind it. */
    private static final Pattern TYPE = Pattern.compile(
            "@?(?:[a-z]\\w*\\.)*([A-Z][a-z0-9]+(?:[A-Z]\\w*|(?=\\.[A-Za-z_]\\w*$)))(?:\\.\\w+)*(?:\\(\\))?");

    private static final Pattern PYTHON_FILE = Pattern.compile("(?:\\w+/)*(\\w+\\.py)");
    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");

    @Test
    void namesInDocumentsAreThoseOfSources() throws IOException {
        Set<String> known = new TreeSet<>(FOREIGN);
        for (Path source : sources()) {
            known.add(source.getFileName().toString());
            known.addAll(Sources.found(DECLARATION, Files.readString(source)));
        }
        Map<String, Set<String>> unknown = new TreeMap<>();
        for (Markdown document : Markdown.all()) {
            Set<String> names = names(document);
            names.removeAll(known);
            if (!names.isEmpty()) {
                unknown.put(document.path().toString(), names);
            }
        }
        assertThat(unknown).isEmpty();
    }

    private static Set<String> names(Markdown document) {
        return CODE.matcher(FENCE.matcher(document.text()).replaceAll(""))
                .results()
                .map(code -> name(code.group(1)))
                .flatMap(Optional::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<String> name(String code) {
        return Stream.of(TYPE, PYTHON_FILE)
                .map(pattern -> pattern.matcher(code))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }

    private static List<Path> sources() {
        return Stream.of("src", "bench", ".ci")
                .flatMap(folder -> Sources.below(Path.of(folder)))
                .toList();
    }
}
