package org.pyexec.sandbox;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inputs of a program besides its code. The exceptions' messages say what is wrong, as sentences.
 *
 * @param stdin its standard input, UTF-8
 * @param args its arguments, behind the name of the program, at most 1,000
 * @param env variables that are set in its environment, or replaced, at most 1,000
 * @param files in its working directory, at most 100, 50 MB together
 */
public record Inputs(String stdin, List<String> args, Map<String, String> env, List<InputFile> files) {

    /** Nothing. */
    public static final Inputs NONE = new Inputs("", List.of(), Map.of(), List.of());

    private static final int MAX_FILES = 100;
    private static final int MAX_WORDS = 1000;
    private static final long MAX_BYTES = 50L << 20;
    private static final long ENTRY_BYTES = 200; // of an entry in a list or table, however short

    public Inputs {
        require(args.size() <= MAX_WORDS, "There are more than %d arguments.".formatted(MAX_WORDS));
        require(env.size() <= MAX_WORDS, "There are more than %d variables.".formatted(MAX_WORDS));
        args = List.copyOf(args);
        // Map.copyOf would take quadratic time for names whose hashes are the same.
        env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
        files = List.copyOf(files);
        require(isText(stdin), "The standard input has a surrogate without its other half.");
        for (String arg : args) {
            require(isWord(arg), "An argument has a zero character, or a surrogate without its other half.");
        }
        env.forEach((name, value) -> {
            require(!name.isEmpty() && !name.contains("="), "The name of a variable is empty or has an equals sign.");
            require(
                    isWord(name) && isWord(value),
                    "A variable has a zero character, or a surrogate without its other half.");
        });
        checkFiles(files);
    }

    /** How much of it is in this server's memory, roughly in bytes. */
    public long heldBytes() {
        long words = args.stream().mapToLong(arg -> ENTRY_BYTES + held(arg)).sum();
        long variables = env.entrySet().stream()
                .mapToLong(each -> ENTRY_BYTES + held(each.getKey()) + held(each.getValue()))
                .sum();
        long contents = files.stream()
                .mapToLong(file ->
                        ENTRY_BYTES + held(file.filename()) + file.content().heldBytes())
                .sum();
        return held(stdin) + words + variables + contents;
    }

    /** At most, as Java keeps one that has a character outside of Latin-1. */
    static long held(String text) {
        return 2L * text.length();
    }

    private static void checkFiles(List<InputFile> files) {
        require(files.size() <= MAX_FILES, "There are more than %d files.".formatted(MAX_FILES));
        require(
                files.stream().mapToLong(file -> file.content().size()).sum() <= MAX_BYTES,
                "The files are larger than %d MB together.".formatted(MAX_BYTES >> 20));
        Set<String> names = new HashSet<>();
        Set<String> folders = new HashSet<>();
        for (InputFile file : files) {
            require(names.add(file.filename()), "There are two files named '%s'.".formatted(file.filename()));
            folders.addAll(file.folders());
        }
        for (String name : names) {
            require(!folders.contains(name), "'%s' is a file, and a folder of another.".formatted(name));
        }
    }

    private static boolean isWord(String text) {
        return text.indexOf('\0') < 0 && isText(text);
    }

    /** Whether every surrogate has its other half. Without the copy that an encoder makes of the whole. */
    public static boolean isText(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
