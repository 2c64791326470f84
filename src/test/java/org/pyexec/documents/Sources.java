package org.pyexec.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The source files, for tests that compare documents with them. A file is known by its name, because rooms may change. */
final class Sources {

    static final Path JAVA = Path.of("src/main/java/org/pyexec");
    static final Path PYTHON = Path.of("src/main/resources/org/pyexec/sandbox");

    private Sources() {}

    /** The text of the one file of this name. */
    static String file(String name) {
        List<Path> found = paths().filter(path -> path.getFileName().toString().equals(name))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(name + " is not the name of one source file: " + found);
        }
        return text(found.get(0));
    }

    /** All files in one text. */
    static String all() {
        return paths().map(Sources::text).collect(Collectors.joining("\n"));
    }

    /** What the first group of a pattern matches, without repetitions. */
    static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Path> paths() {
        return Stream.of(JAVA, PYTHON).flatMap(Sources::below);
    }

    /** The files of Java and Python below a folder. */
    static Stream<Path> below(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(path -> path.toString().matches(".*\\.(java|py)")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
