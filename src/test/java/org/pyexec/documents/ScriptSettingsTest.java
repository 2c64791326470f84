package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The variables of the environment that run.sh, test.sh and the start scripts read, and the table of them. */
class ScriptSettingsTest {

    /** A variable that may be unset, where the script says what it is then. */
    private static final Pattern READ = Pattern.compile("\\$\\{([A-Z][A-Z_]+):[-=]");

    @Test
    void tableNamesTheVariablesThatScriptsRead() throws IOException {
        Set<String> read = new TreeSet<>();
        for (Path script : scripts()) {
            read.addAll(Sources.found(READ, Files.readString(script)));
        }
        Markdown configuration = Markdown.read("docs/configuration.md");
        Set<String> documented = new TreeSet<>();
        for (List<String> row : configuration.table("### Settings of the scripts")) {
            documented.add(Markdown.code(row.get(0)).get(0));
        }
        documented.add("PYTHON"); // which the server reads as well
        assertThat(read).isEqualTo(documented);
    }

    private static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>(List.of(Path.of("run.sh"), Path.of("test.sh")));
        try (Stream<Path> files = Files.walk(Path.of("server-config"))) {
            files.filter(file -> file.toString().endsWith(".sh")).forEach(scripts::add);
        }
        return scripts;
    }
}
