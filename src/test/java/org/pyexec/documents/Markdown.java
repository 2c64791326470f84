package org.pyexec.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document of the project, as far as tests read it.
 *
 * @param path relative to the project's folder
 */
public record Markdown(Path path, String text) {

    private static final Pattern FENCE =
            Pattern.compile("^ *```(\\w*)\\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?) *$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\[(?:[^\\[\\]]|\\[[^\\]]*\\])*\\]\\(([^)\\s]+)\\)");
    private static final Pattern CELLS = Pattern.compile("(?<!\\\\)\\|");

    /** One that must be there. */
    public static Markdown read(String path) {
        return read(Path.of(path));
    }

    private static Markdown read(Path path) {
        try {
            return new Markdown(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every document of the project. */
    static List<Markdown> all() throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String folder : List.of(".", "docs", "docs/adr", "bench", "bench/results")) {
            paths.addAll(documents(Path.of(folder)));
        }
        try (Stream<Path> servers = Files.list(Path.of("server-config"))) {
            for (Path server : servers.filter(Files::isDirectory).toList()) {
                paths.addAll(documents(server));
            }
        }
        return paths.stream().sorted().map(Markdown::read).toList();
    }

    private static List<Path> documents(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .map(Path::normalize)
                    .toList();
        }
    }

    /** The contents of the fenced blocks in a language. */
    List<String> blocks(String language) {
        return FENCE.matcher(text)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /** Its text with line breaks and the marks of links and emphasis gone, so that sentences can be looked for. */
    String sentences() {
        return text.replaceAll("\\]\\([^)]*\\)", "").replaceAll("[\\[*]", "").replaceAll("\\s+", " ");
    }

    /** Where its links lead, pictures included, in the order of the text. */
    List<String> links() {
        String prose = CODE.matcher(FENCE.matcher(text).replaceAll("")).replaceAll("code");
        return LINK.matcher(prose).results().map(link -> link.group(1)).toList();
    }

    /** The anchors of its headings, as GitHub makes them. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        String prose = FENCE.matcher(text).replaceAll("");
        for (MatchResult heading : HEADING.matcher(prose).results().toList()) {
            String anchor = heading.group(1)
                    .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                    .replace(' ', '-');
            int same = 0;
            String unique = anchor;
            while (!anchors.add(unique)) {
                same++;
                unique = anchor + "-" + same;
            }
        }
        return anchors;
    }

    /** The rows of the first table below a heading, each as its cells, without the head. */
    public List<List<String>> table(String heading) {
        int start = ("\n" + text).indexOf("\n" + heading + "\n");
        if (start < 0) {
            throw new IllegalArgumentException(path + " has no heading " + heading);
        }
        return text.substring(start)
                .lines()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(Markdown::cells)
                .toList();
    }

    private static List<String> cells(String row) {
        return Arrays.stream(CELLS.split(row)).skip(1).map(String::strip).toList();
    }

    /** What stands between the backticks of a cell, in their order. */
    public static List<String> code(String cell) {
        return CODE.matcher(cell)
                .results()
                .map(match -> match.group().substring(1, match.group().length() - 1))
                .toList();
    }
}
