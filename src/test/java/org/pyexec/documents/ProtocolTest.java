package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/protocol.md, and what Java and Python send and read. */
class ProtocolTest {

    private static final String KIND = "[A-Z]";
    private static final String ANY = ".*";

    private final Markdown protocol = Markdown.read("docs/protocol.md");

    @Test
    void kindsOfFramesAreThoseOfJava() {
        Set<String> kinds = Sources.found(Pattern.compile("char [A-Z]+ = '(.)'"), Sources.file("Frames.java"));
        assertThat(kinds).isEqualTo(kindsBetweenServerAndSupervisor());
    }

    @Test
    void kindsOfFramesAreThoseOfPython() {
        Set<String> documented = new TreeSet<>(kindsBetweenServerAndSupervisor());
        documented.addAll(first("### Messages and the control socket", KIND));
        Set<String> kinds =
                Sources.found(Pattern.compile("^[A-Z]+ = b\"(.)\"$", Pattern.MULTILINE), Sources.file("frames.py"));
        assertThat(kinds).isEqualTo(documented);
    }

    @Test
    void linesAreThoseThatThePythonSideSaysAndJavaHears() {
        Set<String> lines = first("### Lines of the supervisor", ANY);
        assertThat(Sources.found(Pattern.compile("\\bsay\\(\\s*\"(\\w+)\""), Sources.all()))
                .isEqualTo(lines);
        Set<String> heard = Sources.found(Pattern.compile("case \"(\\w+)\" ->"), Sources.file("SupervisorState.java"));
        assertThat(lines).containsAll(heard).hasSize(heard.size() + 1).contains("log");
    }

    @Test
    void fieldsOfRequestsAreThoseThatJavaSends() {
        Set<String> documented = new TreeSet<>(fields("Fields of `R`:"));
        documented.addAll(List.of("what", "name", "size")); // of errands
        assertThat(Sources.found(Pattern.compile("Frames\\.Field\\(\"([\\w-]+)\""), Sources.file("RequestFrame.java")))
                .isEqualTo(documented);
    }

    @Test
    void fieldsOfAnEndAreThoseThatJavaReads() {
        assertThat(read("RunAnswer.java")).isEqualTo(fields("Fields of `X`:"));
    }

    @Test
    void fieldsOfAnAnswerAboutFilesAreThoseThatJavaReads() {
        assertThat(read("FilesAnswer.java")).isEqualTo(fields("Fields of `Y`:"));
    }

    private Set<String> kindsBetweenServerAndSupervisor() {
        return Stream.of("### From the server", "### To the server")
                .flatMap(heading -> first(heading, KIND).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> read(String file) {
        return Sources.found(
                Pattern.compile("(?:fields\\.(?:text|texts|number)\\(|RESULTS = )\"([\\w-]+)\""), Sources.file(file));
    }

    private Set<String> first(String heading, String wanted) {
        return protocol.table(heading).stream()
                .map(row -> Markdown.code(row.get(0)).get(0))
                .filter(word -> word.matches(wanted))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of the table behind a line that ends so. */
    private Set<String> fields(String line) {
        String behind = protocol.text().substring(protocol.text().indexOf(line));
        return new Markdown(protocol.path(), "Fields\n" + behind)
                .table("Fields").stream()
                        .flatMap(row -> Markdown.code(row.get(0)).stream())
                        .collect(Collectors.toCollection(TreeSet::new));
    }
}
